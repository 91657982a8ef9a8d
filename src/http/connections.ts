import { createHash } from 'node:crypto';
import type { Environment } from '../config/environment.js';
import type { Logger } from '../log/logger.js';
import { AnswerCache } from './answer-cache.js';
import { ApiClient, type ApiOptions } from './api.js';
import { RequestBudget } from './budget.js';
import { HttpClient, type HttpTransport } from './client.js';
import { defaultPatience, type Patience } from './retry.js';

/** Requests of one token that are under way at once, and connections to one host. */
const defaultConcurrency = 10;

export interface ConnectionsOptions {
  readonly version: string;
  readonly environment: Environment;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Requests of one token that are under way at once. */
  readonly concurrency?: number;
  readonly patience?: Partial<Patience>;
  /** Folder for answers that are asked for conditionally; none are kept without. */
  readonly cacheFolder?: string;
}

export interface ApiAccess extends Pick<ApiOptions, 'name' | 'base' | 'headers' | 'remedy' | 'onProgress'> {
  /** What the server counts requests by: a token, or a user name. It is kept as a digest only. */
  readonly account: string;
  /** `unsafe_hosts`: certificates are not verified. */
  readonly unsafe?: boolean;
  /** In place of requests that carry all they need in their headers. */
  readonly transport?: (client: HttpTransport) => HttpTransport;
  readonly log?: Logger;
  readonly signal?: AbortSignal;
}

/** The connections of one run to the APIs of upstream systems, shared by all sources: each host and token has one budget. */
export class ApiConnections {
  private readonly budgets = new Map<string, RequestBudget>();
  private readonly clients = new Map<boolean, HttpClient>();
  private readonly plainText = new Set<string>();
  private readonly concurrency: number;
  private readonly answers: AnswerCache | undefined;

  constructor(private readonly options: ConnectionsOptions) {
    this.concurrency = options.concurrency ?? defaultConcurrency;
    this.answers = options.cacheFolder === undefined ? undefined : new AnswerCache(options.cacheFolder);
  }

  open(access: ApiAccess): ApiClient {
    const { name, base, headers, remedy, onProgress } = access;
    const client = this.client(access.unsafe === true, name);
    this.warnOfPlainText(base, access);
    return new ApiClient({
      ...{ name, base, headers, remedy, onProgress },
      transport: access.transport?.(client) ?? client,
      budget: this.budget(base, access.account),
      ...(this.answers === undefined ? {} : { cache: { answers: this.answers, account: access.account } }),
      patience: { ...defaultPatience, ...this.options.patience },
      log: access.log ?? this.options.log,
      signal: access.signal ?? this.options.signal,
    });
  }

  async close(): Promise<void> {
    const clients = [...this.clients.values()];
    this.clients.clear();
    await Promise.all(clients.map((client) => client.close()));
    await this.answers?.prune();
  }

  private warnOfPlainText({ origin, protocol, hostname }: URL, { account, name }: ApiAccess): void {
    const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
    if (protocol !== 'http:' || isLocal || account === '' || this.plainText.has(origin)) return;
    this.plainText.add(origin);
    this.options.log.warn(
      `The credentials for ${name} are sent over http, readable on the way; set "protocol = https"`,
    );
  }

  private budget(base: URL, account: string): RequestBudget {
    const key = `${base.origin} ${createHash('sha256').update(account).digest('hex')}`;
    const known = this.budgets.get(key);
    if (known !== undefined) return known;
    const made = new RequestBudget(base.host, this.concurrency);
    this.budgets.set(key, made);
    return made;
  }

  private client(unsafe: boolean, name: string): HttpClient {
    const known = this.clients.get(unsafe);
    if (known !== undefined) return known;
    if (unsafe) this.options.log.warn(`unsafe_hosts is set: the certificate of ${name} is not verified`);
    const { version, environment } = this.options;
    const made = new HttpClient({ version, environment, unverified: unsafe, connections: this.concurrency });
    this.clients.set(unsafe, made);
    return made;
  }
}
