import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Logger } from '../log/logger.js';
import { mapAhead } from './ahead.js';
import type { AnswerCache } from './answer-cache.js';
import type { RequestBudget } from './budget.js';
import type { HttpRequest, HttpTransport } from './client.js';
import { HttpError, publicUrl } from './errors.js';
import { type Follow, followHeaders, type Page } from './follow.js';
import { type Items, readItems } from './items.js';
import type { HttpResponse } from './response.js';
import { type Outcome, type Patience, planRetry } from './retry.js';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** An API as one source uses it. */
export interface ApiOptions {
  /** For messages, e.g. `GitLab at gitlab.example.org`. */
  readonly name: string;
  /** Ends with a slash, e.g. `https://gitlab.example.org/api/v4/`. */
  readonly base: URL;
  readonly transport: HttpTransport;
  /** Of the token; all who use the token share it. */
  readonly budget: RequestBudget;
  /** Of each request, e.g. its authentication. */
  readonly headers: Readonly<Record<string, string>>;
  readonly patience: Patience;
  /** Where answers are kept that are asked for conditionally, with what the token counts as. */
  readonly cache?: { readonly answers: AnswerCache; readonly account: string };
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What a person can do where the server answers 401 or 403: the option to set, the permission to give. */
  readonly remedy: (status: number) => string;
  /** Told while nothing moves because the server wants to be left alone. */
  readonly onProgress: (text: string) => void;
}

export interface RequestOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer is kept, and the server asked whether it has changed: for what is asked in each run. */
  readonly conditional?: boolean;
}

export interface ChangeOptions extends RequestOptions {
  readonly json?: unknown;
  /** The request asks and changes nothing, whatever its method, so that it may be sent again. */
  readonly repeatable?: boolean;
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
const movedStatuses: readonly number[] = [301, 302, 307, 308];
/** Addresses that are followed for one request. */
const mostMoves = 3;
const anyList = z.array(z.unknown());

/** The server knows the token not, or grants it too little. The message names the option that would mend it. */
export class AccessError extends HttpError {
  constructor(message: string, status: number) {
    super('access', message, status);
  }
}

/**
 * Asks an API over HTTP for JSON. What may pass by itself (too many requests, a server that is restarted, a cut
 * connection, a body that does not end) is waited for and tried again; everything else is an error at once.
 */
export class ApiClient {
  constructor(private readonly options: ApiOptions) {}

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
    const { response, value } = await this.#ask(request, options, options.repeatable === true);
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
    if (options.conditional !== true || cache === undefined) return this.#ask({ method: 'GET', url }, options, true);
    const known = await cache.answers.read(url, cache.account);
    const headers = { ...options.headers, ...(known === undefined ? {} : { 'if-none-match': known.tag }) };
    const answer = await this.#ask({ method: 'GET', url }, { ...options, headers }, true);
    if (known !== undefined && answer.response.status === 304) {
      const response = known.response.refreshedBy(answer.response);
      return { response, value: response.value() };
    }
    await cache.answers.write(cache.account, answer.response);
    return answer;
  }

  async #ask(request: HttpRequest, options: RequestOptions, repeatable: boolean): Promise<Answer> {
    const signal =
      options.signal === undefined ? this.options.signal : AbortSignal.any([this.options.signal, options.signal]);
    const headers = { accept: 'application/json', ...this.options.headers, ...options.headers };
    const deadline = performance.now() + this.options.patience.total;
    let failures = 0;
    for (;;) {
      const outcome = await this.#attempt({ ...request, headers, signal }, deadline);
      if ('value' in outcome) return outcome;
      signal.throwIfAborted();
      const retry = planRetry(outcome, failures, this.options.patience);
      const mayRepeat = repeatable || retry?.refused === true;
      if (retry?.refused !== true) failures += 1;
      const isLast = failures > this.options.patience.failures || performance.now() + (retry?.wait ?? 0) > deadline;
      if (retry === undefined || !mayRepeat || isLast) throw this.#failure(outcome, request.url);
      this.#announce(retry.wait, retry.reason, request.url);
      await sleep(retry.wait, undefined, { signal });
    }
  }

  async #attempt(
    request: HttpRequest & { signal: AbortSignal },
    deadline: number,
    moves = 0,
  ): Promise<Answer | Outcome> {
    const { budget, transport } = this.options;
    const onWait = (wait: number) => this.#announce(wait, 'the rate limit is used up', request.url);
    try {
      const use = { signal: request.signal, deadline, onWait };
      const response = await budget.send(use, () => transport.request(request));
      const moved = request.method === 'GET' && moves < mostMoves ? this.#movedTo(response) : undefined;
      if (moved !== undefined) return this.#attempt({ ...request, url: moved }, deadline, moves + 1);
      if (response.status !== 304 && (response.status < 200 || response.status >= 300)) return { response };
      return { response, value: response.text === '' ? undefined : response.value() };
    } catch (error) {
      return { error };
    }
  }

  /**
   * Where a server says that something is now, as a renamed repository. Never on another server, which would be given
   * the token: of the new address only path and query count, as a server need not know by which name it is reached.
   */
  #movedTo({ status, headers, url }: HttpResponse): URL | undefined {
    const location = headers.get('location') ?? '';
    const isMoved = movedStatuses.includes(status) && location !== '' && URL.canParse(location, url.href);
    if (!isMoved) return undefined;
    const { pathname, search } = new URL(location, url);
    if (!pathname.startsWith(this.options.base.pathname)) return undefined;
    const target = new URL(this.options.base);
    target.pathname = pathname;
    target.search = search;
    return target;
  }

  #announce(wait: number, reason: string, url: URL): void {
    const seconds = (wait / 1000).toFixed(1);
    const text = `waiting ${seconds} s for ${this.options.name}: ${reason}`;
    this.options.onProgress(text);
    // A short pause is not worth a line that everyone reads.
    this.options.log[wait < 5_000 ? 'debug' : 'warn']({ path: url.pathname }, text);
  }

  #failure(outcome: Outcome, url: URL): unknown {
    if ('error' in outcome) return outcome.error;
    const { status } = outcome.response;
    if (status !== 401 && status !== 403) return outcome.response.statusError();
    return new AccessError(
      `${publicUrl(url)} is refused with status ${status}: ${this.options.remedy(status)}`,
      status,
    );
  }
}

interface Answer {
  readonly response: HttpResponse;
  /** Undefined where the body is empty. */
  readonly value: unknown;
}

interface PageOfItems<T> {
  readonly items: Items<T>['items'];
  readonly continuation: ReturnType<Follow>;
}
