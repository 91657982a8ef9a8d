import type { HttpResponse } from './response.js';

/** What an answer says about further requests. Times are milliseconds from now. */
export interface Allowance {
  /** Time to hold back, by `Retry-After`. */
  readonly retryAfter?: number;
  /** Requests that are left until the reset. */
  readonly remaining?: number;
  /** Time until there are new requests. */
  readonly reset?: number;
}

type Headers = ReadonlyMap<string, string>;

/** How GitHub words a refusal for requests that come too fast, which may name no time. */
const tooFast = /secondary rate limit|abuse detection/i;
/** Milliseconds that it wants to be left alone then. */
const restWithoutTime = 60_000;

/** What an answer says, by its headers, and where they do not tell by its words. */
export function allowanceOf({ status, headers, text }: HttpResponse): Allowance {
  const allowance = readAllowance(headers);
  const isSaid = allowance.retryAfter !== undefined || allowance.remaining === 0;
  const isTooFast = (status === 403 || status === 429) && tooFast.test(text);
  return isTooFast && !isSaid ? { ...allowance, retryAfter: restWithoutTime } : allowance;
}

/** A larger number of seconds is a moment since 1970, as GitHub, GitLab and Azure DevOps have it; others count down. */
const longestCountdown = 1_000_000_000;

/**
 * Reads `Retry-After` (RFC 9110), and `RateLimit-*` or `X-RateLimit-*` as forges send them. Moments are reckoned by the
 * clock of the server, which need not agree with ours.
 */
export function readAllowance(headers: Headers, now = Date.now()): Allowance {
  const clock = Date.parse(headers.get('date') ?? '');
  const serverNow = Number.isNaN(clock) ? now : clock;
  const retryAfter = readRetryAfter(headers.get('retry-after'), serverNow);
  const remaining = readNumber(headers, 'remaining');
  const reset = readNumber(headers, 'reset');
  return {
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(reset === undefined ? {} : { reset: Math.max(0, untilReset(reset, serverNow)) }),
  };
}

function untilReset(seconds: number, serverNow: number): number {
  return seconds > longestCountdown ? seconds * 1000 - serverNow : seconds * 1000;
}

function readNumber(headers: Headers, name: string): number | undefined {
  const text = headers.get(`ratelimit-${name}`) ?? headers.get(`x-ratelimit-${name}`) ?? '';
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

function readRetryAfter(value: string | undefined, serverNow: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Number(value) * 1000;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - serverNow);
}

/** Whether a request was refused because there were too many. GitHub says so with 403. */
export function isRefusal(status: number, allowance: Allowance): boolean {
  return status === 429 || (status === 403 && (allowance.retryAfter !== undefined || allowance.remaining === 0));
}
