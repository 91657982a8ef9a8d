import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { HttpError } from './errors.js';
import { type Allowance, allowanceOf, isRefusal } from './rate-limit.js';
import type { HttpResponse } from './response.js';

/** How one request takes part in a budget. */
export interface BudgetUse {
  readonly signal: AbortSignal;
  /** Moment of `performance.now()` after which it gives up waiting for its turn. */
  readonly deadline: number;
  /** Told before it waits. */
  readonly onWait: (milliseconds: number) => void;
}

/** Resets that differ by less are those of one window; servers round to seconds. */
const sameWindow = 1_500;

/**
 * The requests that a server grants to one token. All who use the token share it, so that each knows what the others
 * have used up. It bounds how many requests are under way, and holds them back while the server grants none.
 */
export class RequestBudget {
  readonly #limit;
  #closedUntil = 0;
  #remaining: number | undefined;
  #resetAt = 0;
  #underWay = 0;
  #refusedInARow = 0;

  /**
   * @param name of the server, for messages
   * @param concurrency requests that are under way at once
   */
  constructor(
    private readonly name: string,
    concurrency: number,
  ) {
    this.#limit = pLimit(concurrency);
  }

  /**
   * Sends a request when it is its turn.
   *
   * @throws {HttpError} of failure `rate-limit` where its turn comes after the deadline
   */
  send(use: BudgetUse, request: () => Promise<HttpResponse>): Promise<HttpResponse> {
    return this.#limit(async () => {
      await this.#turn(use);
      this.#underWay += 1;
      try {
        const response = await request();
        this.#learn(response);
        return response;
      } finally {
        this.#underWay -= 1;
      }
    });
  }

  async #turn({ signal, deadline, onWait }: BudgetUse): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = performance.now();
      if (now >= this.#resetAt) this.#remaining = undefined;
      const until = this.#remaining === 0 ? Math.max(this.#closedUntil, this.#resetAt) : this.#closedUntil;
      if (until <= now) break;
      if (until > deadline) throw this.#tooLong(until - now);
      onWait(until - now);
      await sleep(until - now, undefined, { signal });
    }
    if (this.#remaining !== undefined) this.#remaining -= 1;
  }

  #tooLong(milliseconds: number): HttpError {
    const minutes = Math.ceil(milliseconds / 60_000);
    const message = `${this.name} grants no further requests for ${minutes} minutes, which is too long to wait`;
    return new HttpError('rate-limit', message);
  }

  #learn(response: HttpResponse): void {
    const { status } = response;
    const allowance = allowanceOf(response);
    const refused = isRefusal(status, allowance);
    this.#refusedInARow = refused ? this.#refusedInARow + 1 : 0;
    this.#count(allowance);
    // A single refusal concerns the request that met it; what follows it tells whether all are refused.
    const all = status < 400 || (refused && (this.#refusedInARow > 1 || allowance.remaining === 0));
    const wait = allowance.retryAfter ?? 0;
    if (all && wait > 0) this.#closedUntil = Math.max(this.#closedUntil, performance.now() + wait);
  }

  #count({ remaining, reset }: Allowance): void {
    if (remaining === undefined || reset === undefined) return;
    const resetAt = performance.now() + reset;
    const isNewWindow = this.#remaining === undefined || resetAt > this.#resetAt + sameWindow;
    const others = this.#underWay - 1;
    this.#remaining = isNewWindow ? Math.max(0, remaining - others) : Math.min(this.#remaining ?? 0, remaining);
    if (isNewWindow) this.#resetAt = resetAt;
  }
}
