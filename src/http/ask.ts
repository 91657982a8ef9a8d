import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log/logger.js';
import type { RequestBudget } from './budget.js';
import type { HttpRequest, HttpTransport } from './client.js';
import { HttpError, publicUrl } from './errors.js';
import { Moves } from './moves.js';
import type { HttpResponse } from './response.js';
import { type Outcome, type Patience, planRetry } from './retry.js';

export interface AskerOptions {
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
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What a person can do where the server answers 401 or 403: the option to set, the permission to give. */
  readonly remedy: (status: number) => string;
  /** What an answer without success means, where the server has a form of its own for that. */
  readonly explain?: (response: HttpResponse) => HttpError | undefined;
  /** Told while nothing moves because the server wants to be left alone. */
  readonly onProgress: (text: string) => void;
}

/** A request that knows when it is to stop. */
export type AskedRequest = HttpRequest & { readonly signal: AbortSignal };

export interface AskOptions {
  /** Whether it may be sent again after a failure. One that was refused for their number is sent again in any case. */
  readonly repeatable: boolean;
  /** Reads the body of a success; JSON by default. What it throws counts as a failure of the request. */
  readonly read?: (response: HttpResponse) => unknown;
}

export interface Answer {
  readonly response: HttpResponse;
  /** Undefined where the body is empty. */
  readonly value: unknown;
}

/** The server knows the token not, or grants it too little. The message names the option that would mend it. */
export class AccessError extends HttpError {
  constructor(message: string, status: number) {
    super('access', message, status);
  }
}

/** A move may lead to another move. */
const mostMoves = 3;

/** Sends requests, waits for what may pass by itself, and tries again. */
export class PatientAsker {
  readonly #moves: Moves;

  constructor(private readonly options: AskerOptions) {
    this.#moves = new Moves(options.base);
  }

  /**
   * @throws {AccessError} on 401 and 403
   * @throws {HttpError} with its status where that is no success, and where there was no answer
   */
  async ask(request: AskedRequest, { repeatable, read = readJson }: AskOptions): Promise<Answer> {
    const { patience } = this.options;
    const { signal } = request;
    const deadline = performance.now() + patience.total;
    let failures = 0;
    for (;;) {
      const outcome = await this.#attempt(request, deadline, read);
      if ('value' in outcome) return outcome;
      signal.throwIfAborted();
      const retry = planRetry(outcome, failures, patience);
      const mayRepeat = repeatable || retry?.refused === true;
      if (retry?.refused !== true) failures += 1;
      const isLast = failures > patience.failures || performance.now() + (retry?.wait ?? 0) > deadline;
      if (retry === undefined || !mayRepeat || isLast) throw this.#failure(outcome, request.url);
      this.#announce(retry.wait, retry.reason, request.url);
      await sleep(retry.wait, undefined, { signal });
    }
  }

  async #attempt(
    request: AskedRequest,
    deadline: number,
    read: (response: HttpResponse) => unknown,
    moves = 0,
  ): Promise<Answer | Outcome> {
    const { budget, transport } = this.options;
    const onWait = (wait: number) => this.#announce(wait, 'the rate limit is used up', request.url);
    try {
      const use = { signal: request.signal, deadline, onWait };
      const url = this.#moves.current(request.url);
      const response = await budget.send(use, () => transport.request({ ...request, url }));
      const moved = moves < mostMoves ? this.#moves.next(request.method, response) : undefined;
      if (moved !== undefined) return this.#attempt({ ...request, url: moved }, deadline, read, moves + 1);
      if (response.status !== 304 && (response.status < 200 || response.status >= 300)) return { response };
      return { response, value: read(response) };
    } catch (error) {
      return { error };
    }
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
    const { response } = outcome;
    const { status } = response;
    if (status !== 401 && status !== 403) return this.options.explain?.(response) ?? response.statusError();
    return new AccessError(
      `${publicUrl(url)} is refused with status ${status}: ${this.options.remedy(status)}`,
      status,
    );
  }
}

function readJson(response: HttpResponse): unknown {
  return response.text === '' ? undefined : response.value();
}
