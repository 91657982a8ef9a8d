import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Environment } from '../config/environment.js';
import { trustedContext } from './certificate.js';
import { DenyList } from './deny-list.js';
import { describeFailure, HttpError, publicUrl } from './errors.js';
import { proxyFor } from './proxy.js';
import { HttpResponse } from './response.js';

export interface HttpLimits {
  /** Milliseconds to a connection, including its TLS handshake. */
  readonly connect: number;
  /** Milliseconds from the request to the headers of the answer. */
  readonly headers: number;
  /** Milliseconds between two pieces of the body. */
  readonly body: number;
  /** Milliseconds for the request as a whole. */
  readonly total: number;
  /** Bytes of a body. */
  readonly size: number;
}

const defaultLimits: HttpLimits = {
  connect: 10_000,
  headers: 60_000,
  body: 60_000,
  total: 300_000,
  size: 64 * 1024 * 1024,
};

export interface HttpClientOptions {
  /** Version in the User-Agent. */
  readonly version: string;
  /** Read for proxies, trusted certificates and the deny list. */
  readonly environment: Environment;
  /** PEM file of the only certificates to trust; empty or undefined for those of the system. */
  readonly certificateFile?: string | undefined;
  readonly limits?: Partial<HttpLimits>;
  /** Neither who issued a certificate nor whom it names is checked: only where a person asked for it by an option. */
  readonly unverified?: boolean;
  /** Connections to one host at once; others wait for one of them. No limit by default. */
  readonly connections?: number;
}

/** What sends requests: the client itself, or an authentication that takes several of them. */
export type HttpTransport = Pick<HttpClient, 'request'>;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS' | 'PROPFIND';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as application/json. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: Body;
  /** Takes the body of an answer that is a success, in place of its text. */
  readonly sink?: BodySink;
  readonly signal?: AbortSignal;
}

export interface Body {
  /** Media type. */
  readonly type: string;
  readonly text: string;
}

/** Where the body of an answer goes, piece by piece. What it throws is final: the request is not sent again. */
export interface BodySink {
  /** Forgets what an earlier answer, which was cut, has left. */
  begin(): Promise<void>;
  write(piece: Uint8Array): Promise<void>;
}

/** Something that a sink threw, on its way out of the request. */
class SinkError extends Error {
  constructor(override readonly cause: unknown) {
    super('The body was not taken');
  }
}

async function intoSink(action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch (error) {
    throw new SinkError(error);
  }
}

async function drain(body: AsyncIterable<Uint8Array>, sink: BodySink): Promise<string> {
  await intoSink(sink.begin());
  for await (const piece of body) await intoSink(sink.write(piece));
  return '';
}

function bodyOf(options: HttpRequest): Body | undefined {
  if (options.form !== undefined) {
    return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(options.form).toString() };
  }
  return options.json === undefined ? options.body : { type: 'application/json', text: JSON.stringify(options.json) };
}

function headerMap(headers: Readonly<Record<string, string | string[] | undefined>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
}

/** Imported with the first request, as many commands send none. */
const importUndici = () => import('undici');

/** User-Agent of this program, also sent where the wire format wants the version of an agent. */
export function userAgent(version: string): string {
  return `gatherer/${version}`;
}

/** The only way out over HTTP: verified TLS, proxies, deny list, time and size limits, connections kept alive. */
export class HttpClient {
  private readonly dispatchers = new Map<string, Dispatcher>();
  private readonly limits: HttpLimits;
  private readonly denyList: DenyList;
  private context: Promise<SecureContext> | undefined;

  /** @throws {ConfigError} where the deny list of the environment is malformed */
  constructor(private readonly options: HttpClientOptions) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.denyList = DenyList.parse(options.environment.GATHERER_URL_BLACKLIST);
  }

  /**
   * Resolves to the answer whatever its status is; redirects are answers too.
   *
   * @throws {HttpError} where there is no complete answer
   * @throws the reason of the signal where that was aborted
   * @throws what the sink throws
   */
  async request(options: HttpRequest): Promise<HttpResponse> {
    const { method, url } = options;
    if (this.denyList.denies(url)) {
      throw new HttpError('denied', `${method} ${publicUrl(url)} not sent: GATHERER_URL_BLACKLIST denies it`);
    }
    const proxy = proxyFor(url, this.options.environment);
    const dispatcher = await this.dispatcher(proxy);
    const deadline = AbortSignal.timeout(this.limits.total);
    try {
      const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
      return await this.send(options, dispatcher, signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof SinkError) throw error.cause;
      throw describeFailure(method, url, error, { proxy, certificateFile: this.options.certificateFile });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    this.dispatchers.clear();
  }

  private async send(options: HttpRequest, dispatcher: Dispatcher, signal: AbortSignal): Promise<HttpResponse> {
    const body = bodyOf(options);
    const { request } = await importUndici();
    const answer = await request(options.url, {
      method: options.method,
      dispatcher,
      signal,
      headers: {
        'user-agent': userAgent(this.options.version),
        accept: '*/*',
        ...(body === undefined ? {} : { 'content-type': body.type }),
        ...options.headers,
      },
      body: body?.text ?? null,
    });
    const { sink } = options;
    const isSuccess = answer.statusCode >= 200 && answer.statusCode < 300;
    const text = sink === undefined || !isSuccess ? await answer.body.text() : await drain(answer.body, sink);
    return new HttpResponse(options.url, answer.statusCode, headerMap(answer.headers), text);
  }

  private async dispatcher(proxy: URL | undefined): Promise<Dispatcher> {
    this.context ??= trustedContext(this.options.certificateFile, this.options.environment);
    const [secureContext, { Agent, ProxyAgent }] = await Promise.all([this.context, importUndici()]);
    const verified = this.options.unverified !== true;
    const tls = { secureContext, rejectUnauthorized: verified, timeout: this.limits.connect };
    const known = this.dispatchers.get(proxy?.href ?? '');
    if (known !== undefined) {
      return known;
    }
    const limits = {
      headersTimeout: this.limits.headers,
      bodyTimeout: this.limits.body,
      maxResponseSize: this.limits.size,
      connections: this.options.connections ?? null,
    };
    const made =
      proxy === undefined
        ? new Agent({ ...limits, connect: tls })
        : new ProxyAgent({ ...limits, uri: proxy.href, requestTls: tls, proxyTunnel: false });
    this.dispatchers.set(proxy?.href ?? '', made);
    return made;
  }
}
