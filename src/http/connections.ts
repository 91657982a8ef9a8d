import { createHash } from 'node:crypto';
import type { Environment } from '../config/environment.js';
import type { Logger } from '../log/logger.js';
import { AnswerCache } from './answer-cache.js';
import { ApiClient, type ApiOptions } from './api.js';
import { RequestBudget } from './budget.js';
import { HttpClient, type HttpLimits, type HttpTransport } from './client.js';
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

export interface ApiAccess extends Pick<ApiOptions, 'name' | 'base' | 'headers' | 'remedy' | 'explain' | 'onProgress'> {
  /** What the server counts requests by: a token, or a user name. It is kept as a digest only. */
  readonly account: string;
  /** `unsafe_hosts`, or an option that says the same: certificates are not verified. */
  readonly unsafe?: boolean;
  /** PEM file of the only certificates to trust, in place of those of the system. */
  readonly certificateFile?: string;
  /** Where answers are larger, or take longer, than those of an API. */
  readonly limits?: Partial<HttpLimits>;
  /** Where it is not worth as much waiting as other systems. */
  readonly patience?: Partial<Patience>;
  /** In place of requests that carry all they need in their headers. */
  readonly authentication?: Authentication;
  readonly log?: Logger;
  readonly signal?: AbortSignal;
}

/** How an account is proven, where that takes more than a header. */
export interface Authentication {
  /** All who use an account of a server in the way of this name share what it makes. */
  readonly name: string;
  /** @param openConnection gives something that keeps to one connection, for what is proven per connection */
  readonly apply: (client: HttpTransport, openConnection: () => HttpTransport) => HttpTransport;
}

/** The connections of one run to the APIs of upstream systems, shared by all sources: each host and token has one budget. */
export class ApiConnections {
  private readonly budgets = new Map<string, RequestBudget>();
  private readonly clients = new Map<string, HttpClient>();
  private readonly transports = new Map<string, HttpTransport>();
  private readonly single: HttpClient[] = [];
  private readonly plainText = new Set<string>();
  private readonly concurrency: number;
  private readonly answers: AnswerCache | undefined;

  constructor(private readonly options: ConnectionsOptions) {
    this.concurrency = options.concurrency ?? defaultConcurrency;
    this.answers = options.cacheFolder === undefined ? undefined : new AnswerCache(options.cacheFolder);
  }

  open(access: ApiAccess): ApiClient {
    const { name, base, headers, remedy, explain, onProgress } = access;
    const transport = this.transport(access);
    this.warnOfPlainText(base, access);
    return new ApiClient({
      ...{ name, base, headers, remedy, onProgress },
      ...(explain === undefined ? {} : { explain }),
      transport,
      budget: this.budget(base, access.account),
      ...(this.answers === undefined ? {} : { cache: { answers: this.answers, account: access.account } }),
      patience: { ...defaultPatience, ...access.patience, ...this.options.patience },
      log: access.log ?? this.options.log,
      signal: access.signal ?? this.options.signal,
    });
  }

  async close(): Promise<void> {
    const clients = [...this.clients.values(), ...this.single.splice(0)];
    this.clients.clear();
    this.transports.clear();
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

  private transport(access: ApiAccess): HttpTransport {
    const { base, account, authentication } = access;
    const client = this.client(access);
    if (authentication === undefined) return client;
    const key = `${accountKey(base, account)} ${clientKey(access)} ${authentication.name}`;
    const known = this.transports.get(key);
    if (known !== undefined) return known;
    const made = authentication.apply(client, () => {
      const single = this.openClient(access, 1);
      this.single.push(single);
      return single;
    });
    this.transports.set(key, made);
    return made;
  }

  private budget(base: URL, account: string): RequestBudget {
    const key = accountKey(base, account);
    const known = this.budgets.get(key);
    if (known !== undefined) return known;
    const made = new RequestBudget(base.host, this.concurrency);
    this.budgets.set(key, made);
    return made;
  }

  private client(access: ApiAccess): HttpClient {
    const key = clientKey(access);
    const known = this.clients.get(key);
    if (known !== undefined) return known;
    const { unsafe = false, base, name } = access;
    if (unsafe && base.protocol === 'https:') this.options.log.warn(`The certificate of ${name} is not verified`);
    const made = this.openClient(access, this.concurrency);
    this.clients.set(key, made);
    return made;
  }

  private openClient({ unsafe = false, certificateFile, limits = {} }: ApiAccess, connections: number): HttpClient {
    const { version, environment } = this.options;
    return new HttpClient({ version, environment, certificateFile, limits, unverified: unsafe, connections });
  }
}

/** What clients differ by. */
function clientKey({ unsafe = false, certificateFile = '', limits = {} }: ApiAccess): string {
  return JSON.stringify([unsafe, certificateFile, limits]);
}

function accountKey(base: URL, account: string): string {
  return `${base.origin} ${createHash('sha256').update(account).digest('hex')}`;
}
