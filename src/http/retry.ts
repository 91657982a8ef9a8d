import { HttpError } from './errors.js';
import { allowanceOf, isRefusal } from './rate-limit.js';
import type { HttpResponse } from './response.js';

/** How long a request is tried again. Times are milliseconds. */
export interface Patience {
  /** Failures in a row of one request, refusals for their number not counted. */
  readonly failures: number;
  /** Before the first retry; each further one waits twice as long. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** For one request with all of its retries and its waiting. */
  readonly total: number;
}

export const defaultPatience: Patience = {
  failures: 7,
  firstPause: 250,
  longestPause: 30_000,
  // GitHub counts by the hour.
  total: 75 * 60_000,
};

const passingStatuses: readonly number[] = [429, 500, 502, 503, 504];
const passingFailures: readonly HttpError['failure'][] = ['cut', 'incomplete', 'timeout', 'refused', 'unreachable'];

/** Whether the same request may have another outcome some time later. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof HttpError)) return false;
  return (
    passingFailures.includes(error.failure) || (error.status !== undefined && passingStatuses.includes(error.status))
  );
}

/** What came of one try. */
export type Outcome = { readonly response: HttpResponse } | { readonly error: unknown };

export interface Retry {
  /** Milliseconds. */
  readonly wait: number;
  /** The server has had too many requests: that is no failure. */
  readonly refused: boolean;
  /** For a line in the log. */
  readonly reason: string;
}

/** Whether what came of a try may pass by itself, and how long to wait for that; undefined where it is final. */
export function planRetry(outcome: Outcome, failures: number, patience: Patience): Retry | undefined {
  if ('error' in outcome) return retryAfterError(outcome.error, failures, patience);
  const { status } = outcome.response;
  const allowance = allowanceOf(outcome.response);
  const refused = isRefusal(status, allowance);
  if (!refused && !passingStatuses.includes(status)) return undefined;
  const asked = allowance.retryAfter ?? (refused && allowance.remaining === 0 ? allowance.reset : undefined);
  const wait = asked === undefined ? pause(failures, patience) : asked + jitter(patience.firstPause);
  return { wait, refused, reason: refused ? 'too many requests' : `status ${status}` };
}

function retryAfterError(error: unknown, failures: number, patience: Patience): Retry | undefined {
  if (!(error instanceof HttpError)) return undefined;
  if (!passingFailures.includes(error.failure)) return undefined;
  return { wait: pause(failures, patience), refused: false, reason: error.message };
}

function pause(failures: number, { firstPause, longestPause }: Patience): number {
  const longest = Math.min(longestPause, firstPause * 2 ** failures);
  return longest / 2 + jitter(longest / 2);
}

/** Those who failed together do not come back together. */
function jitter(most: number): number {
  return Math.random() * most;
}
