import { z } from 'zod';
import { mapAhead } from './ahead.js';
import type { AnswerCache } from './answer-cache.js';
import { type Answer, type AskerOptions, PatientAsker } from './ask.js';
import type { Body, BodySink, HttpRequest } from './client.js';
import { HttpError, publicUrl } from './errors.js';
import { type Follow, followHeaders, type Page } from './follow.js';
import { type Items, readItems } from './items.js';
import type { HttpResponse } from './response.js';

export { AccessError } from './ask.js';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** An API as one source uses it. */
export interface ApiOptions extends AskerOptions {
  /** Where answers are kept that are asked for conditionally, with what the token counts as. */
  readonly cache?: { readonly answers: AnswerCache; readonly account: string };
}

export interface RequestOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer is kept, and the server asked whether it has changed: for what is asked in each run. */
  readonly conditional?: boolean;
}

interface Repeatable extends RequestOptions {
  /** The request asks and changes nothing, whatever its method, so that it may be sent again. */
  readonly repeatable?: boolean;
}

export interface ChangeOptions extends Repeatable {
  readonly json?: unknown;
}

export interface SendOptions extends Repeatable {
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: Body;
}

export interface PageOptions extends RequestOptions {
  /** Pages that are asked for ahead of the one that is read. */
  readonly lookAhead?: number;
  /** Where a page leads to, for APIs that tell it in a way of their own. */
  readonly follow?: Follow;
  /** The list in an answer that holds more than a list. */
  readonly list?: (body: unknown) => unknown;
}

const defaultLookAhead = 4;
const anyList = z.array(z.unknown());
/**
 * Asks an API over HTTP for JSON. What may pass by itself (too many requests, a server that is restarted, a cut
 * connection, a body that does not end) is waited for and tried again; everything else is an error at once.
 */
export class ApiClient {
  readonly #asker: PatientAsker;

  constructor(private readonly options: ApiOptions) {
    this.#asker = new PatientAsker(options);
  }

  /** The URL of a path below the base. A part of it that comes from outside needs `encodeURIComponent`. */
  url(path: string, query: Query = {}): URL {
    const { base, name } = this.options;
    const url = new URL(path, base);
    if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) {
      throw new HttpError('denied', `${publicUrl(url)} is not part of the API of ${name}`);
    }
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    return url;
  }

  /**
   * @throws {AccessError} on 401 and 403
   * @throws {HttpError} with its status where that is no success, and where there was no answer
   */
  async getJson<T>(path: string, schema: z.ZodType<T>, options: RequestOptions = {}): Promise<T> {
    const { response, value } = await this.get(this.url(path, options.query), options);
    return response.check(value, schema);
  }

  /** Sends something else than a GET. Only what is `repeatable` is tried again after a failure. Throws as getJson. */
  async sendJson<T>(
    method: 'POST' | 'PUT' | 'DELETE' | 'OPTIONS',
    path: string,
    schema: z.ZodType<T>,
    options: ChangeOptions = {},
  ): Promise<T> {
    const url = this.url(path, options.query);
    const request = { method, url, ...(options.json === undefined ? {} : { json: options.json }) };
    const { response, value } = await this.#ask(request, options, options.repeatable);
    return response.check(value, schema);
  }

  /**
   * The items of a list, in its order, from as many pages as it has. Pages are asked for side by side where their
   * number is known. A malformed item is logged with its identity and left out. Throws as getJson.
   */
  async *pages<T>(path: string, item: z.ZodType<T>, options: PageOptions = {}): AsyncGenerator<T> {
    const left = new AbortController();
    const signal = options.signal === undefined ? left.signal : AbortSignal.any([options.signal, left.signal]);
    const scoped = { ...options, signal };
    try {
      let next: URL | undefined = this.url(path, options.query);
      while (next !== undefined) {
        const page: PageOfItems<T> = await this.#page(next, item, scoped);
        const { known = [] } = page.continuation;
        yield* page.items;
        next = page.continuation.next;
        if (known.length > 0) next = yield* this.#knownPages(known, item, scoped);
      }
    } finally {
      left.abort();
    }
  }

  /** @returns where the list goes on, if it has grown meanwhile */
  async *#knownPages<T>(
    urls: readonly URL[],
    item: z.ZodType<T>,
    options: PageOptions,
  ): AsyncGenerator<T, URL | undefined> {
    const width = options.lookAhead ?? defaultLookAhead;
    let last: PageOfItems<T> | undefined;
    for await (const page of mapAhead(urls, width, (url) => this.#page(url, item, options))) {
      yield* page.items;
      last = page;
    }
    return last?.continuation.known?.[0] ?? last?.continuation.next;
  }

  async #page<T>(url: URL, item: z.ZodType<T>, options: PageOptions): Promise<PageOfItems<T>> {
    const { response, value } = await this.get(url, options);
    const list = response.check(options.list === undefined ? value : options.list(value), anyList);
    const page: Page = { url, response, value, count: list.length };
    const { items, malformed } = readItems(list, item);
    for (const { identity, reason } of malformed) {
      this.options.log.error(`${publicUrl(url)}: item ${identity} is left out, because it is malformed: ${reason}`);
    }
    return { items, continuation: (options.follow ?? followHeaders)(page) };
  }

  /** Asks for a URL, which must be below the base; the answer with its JSON. Throws as getJson. */
  async get(url: URL, options: RequestOptions = {}): Promise<Answer> {
    const { cache } = this.options;
    if (options.conditional !== true || cache === undefined) return this.#ask({ method: 'GET', url }, options);
    const known = await cache.answers.read(url, cache.account);
    const headers = { ...options.headers, ...(known === undefined ? {} : { 'if-none-match': known.tag }) };
    const answer = await this.#ask({ method: 'GET', url }, { ...options, headers });
    if (known !== undefined && answer.response.status === 304) {
      const response = known.response.refreshedBy(answer.response);
      return { response, value: response.value() };
    }
    await cache.answers.write(cache.account, answer.response);
    return answer;
  }

  /** Sends a request; the answer as it is, whatever its format. Only what is `repeatable` is sent again. Throws as getJson. */
  async send(method: HttpRequest['method'], path: string, options: SendOptions = {}): Promise<HttpResponse> {
    const { form, body, query } = options;
    const request = {
      ...{ method, url: this.url(path, query) },
      ...(form === undefined ? {} : { form }),
      ...(body === undefined ? {} : { body }),
    };
    const asked = { ...options, headers: { accept: '*/*', ...options.headers } };
    return (await this.#ask(request, asked, options.repeatable, () => undefined)).response;
  }

  /** Has the body of a file go to a sink, from its beginning after each failure. Throws as getJson, and what the sink throws. */
  async download(path: string, sink: BodySink, options: RequestOptions = {}): Promise<void> {
    const request = { method: 'GET', url: this.url(path, options.query), sink } as const;
    await this.#ask(request, { ...options, headers: { accept: '*/*', ...options.headers } });
  }

  #ask(
    request: HttpRequest,
    options: RequestOptions,
    repeatable = request.method === 'GET',
    read?: (response: HttpResponse) => unknown,
  ): Promise<Answer> {
    const { signal } = this.options;
    const asked = {
      ...request,
      headers: { accept: 'application/json', ...this.options.headers, ...options.headers },
      signal: options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
    };
    return this.#asker.ask(asked, { repeatable, ...(read === undefined ? {} : { read }) });
  }
}

interface PageOfItems<T> {
  readonly items: Items<T>['items'];
  readonly continuation: ReturnType<Follow>;
}
