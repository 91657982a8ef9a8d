import { expect, it } from 'vitest';
import { allowanceOf, isRefusal, readAllowance } from '../../../src/http/rate-limit.js';
import { HttpResponse } from '../../../src/http/response.js';

const date = 'Sat, 01 Jun 2024 10:00:00 GMT';
const now = Date.parse(date);

it.each<readonly [Record<string, string>, object]>([
  [{}, {}],
  [{ 'retry-after': '7' }, { retryAfter: 7_000 }],
  [{ 'retry-after': '0.5' }, { retryAfter: 500 }],
  [{ 'retry-after': 'Sat, 01 Jun 2024 10:00:30 GMT' }, { retryAfter: 30_000 }],
  [{ 'retry-after': 'Sat, 01 Jun 2024 09:00:00 GMT' }, { retryAfter: 0 }],
  [{ 'retry-after': 'soon' }, {}],
  [
    { 'ratelimit-remaining': '3', 'ratelimit-reset': String(now / 1000 + 20) },
    { remaining: 3, reset: 20_000 },
  ],
  [
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '15' },
    { remaining: 0, reset: 15_000 },
  ],
  [{ 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': 'x' }, {}],
])('reads %j', (headers, allowance) => {
  expect(readAllowance(new Map(Object.entries({ ...headers, date })), now + 99_000)).toEqual(allowance);
});

it('tells refusals for the number of requests from others', () => {
  expect(isRefusal(429, {})).toBe(true);
  expect(isRefusal(403, { remaining: 0 })).toBe(true);
  expect(isRefusal(403, { retryAfter: 60_000 })).toBe(true);
  expect(isRefusal(403, { remaining: 12 })).toBe(false);
  expect(isRefusal(200, { remaining: 0 })).toBe(false);
});

const words = '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes."}';

it.each<readonly [number, Record<string, string>, string, object]>([
  [403, {}, words, { retryAfter: 60_000 }],
  [429, {}, words, { retryAfter: 60_000 }],
  [403, {}, '{"message":"You have triggered an abuse detection mechanism."}', { retryAfter: 60_000 }],
  [403, { 'retry-after': '5' }, words, { retryAfter: 5_000 }],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' }, words, { remaining: 0, reset: 9_000 }],
  [403, {}, '{"message":"Resource not accessible by personal access token"}', {}],
  [200, {}, words, {}],
])('waits after %i %j %s', (status, headers, text, allowance) => {
  const response = new HttpResponse(new URL('https://x'), status, new Map(Object.entries(headers)), text);
  expect(allowanceOf(response)).toEqual(allowance);
});
