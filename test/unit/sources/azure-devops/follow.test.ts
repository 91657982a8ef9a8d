import { describe, expect, it } from 'vitest';
import type { Continuation, Follow } from '../../../../src/http/follow.js';
import { HttpResponse } from '../../../../src/http/response.js';
import { followBatches, followSkip, RequestsLength } from '../../../../src/sources/azure-devops/follow.js';

const base = new URL('https://example.org/c/_apis/list?%24top=100');

function turn(follow: Follow, url: URL, value: unknown, count: number): Continuation {
  return follow({ url, response: new HttpResponse(url, 200, new Map(), ''), value, count });
}

function skips({ known = [] }: Continuation): readonly (string | null)[] {
  return known.map(({ searchParams }) => searchParams.get('$skip'));
}

/** Pages of a list of that many items as a follower asks for them, one by one; how many that were. */
function pagesOf(follow: Follow, items: number, most: number): number {
  const ids = Array.from({ length: items }, (_, index) => ({ pullRequestId: items - index }));
  const waiting = [base];
  let pages = 0;
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    pages += 1;
    const skip = Number(url.searchParams.get('$skip') ?? 0);
    const value = ids.slice(skip, skip + most);
    const { known = [] } = turn(follow, url, { value }, value.length);
    // Further ones than the next are asked for by the page before.
    if (waiting.length === 0) waiting.push(...known);
  }
  return pages;
}

describe('pages by $skip', () => {
  it('ends at a page that is not full', () => {
    expect(skips(turn(followSkip(100), base, undefined, 99))).toEqual([]);
    expect(skips(turn(followSkip(100), base, undefined, 0))).toEqual([]);
  });

  it('goes on behind a page that is as full as the server makes them', () => {
    expect(skips(turn(followSkip(1000), base, undefined, 200))).toEqual(['200']);
  });

  it('asks for as many pages ahead as there were, up to a bound', () => {
    const at = (skip: number): URL => new URL(`${base.href}&%24skip=${skip}`);
    expect(skips(turn(followSkip(100), base, undefined, 100))).toEqual(['100']);
    expect(skips(turn(followSkip(100), at(200), undefined, 100))).toEqual(['300', '400', '500']);
    expect(skips(turn(followSkip(100), at(9000), undefined, 100))).toHaveLength(8);
  });
});

describe('the length of the list of pull requests', () => {
  it.each([0, 1, 2, 99, 100, 101, 200, 250, 300])('is known the next time of %i requests', (items) => {
    const first = new RequestsLength(undefined);
    const asked = pagesOf(first.follow(100), items, 100);
    const again = pagesOf(new RequestsLength(first.memory).follow(100), items, 100);
    expect(again).toBeLessThanOrEqual(asked);
    if (items > 1) expect(again).toBe(Math.ceil(items / 100));
  });

  it('is not trusted where a request was added, or the memory is none', () => {
    const first = new RequestsLength(undefined);
    pagesOf(first.follow(100), 200, 100);
    expect(pagesOf(new RequestsLength(first.memory).follow(100), 201, 100)).toBeGreaterThan(2);
    expect(pagesOf(new RequestsLength('{"newest": "all"}').follow(100), 200, 100)).toBeGreaterThan(2);
    expect(new RequestsLength('no JSON').memory).toBeUndefined();
  });
});

describe('batches of a report', () => {
  const url = new URL('https://example.org/c/_apis/report?fields=A&api-version=3.0&startDateTime=2024');
  const next = (value: unknown): string | undefined => turn(followBatches, url, value, 0).next?.href;

  it('follows the token, without the moment that began it', () => {
    expect(next({ values: [], continuationToken: '7;8' })).toBe(
      'https://example.org/c/_apis/report?fields=A&api-version=3.0&continuationToken=7%3B8',
    );
  });

  it('takes the query of a link, and neither its host nor its version', () => {
    expect(next({ values: [], nextLink: 'http://elsewhere.example/x?watermark=5&api-version=9.9' })).toBe(
      'https://example.org/c/_apis/report?fields=A&api-version=3.0&watermark=5',
    );
  });

  it.each([
    { values: [], isLastBatch: true, nextLink: 'https://example.org/?watermark=5' },
    { values: [] },
    { isLastBatch: 'no' },
    'nothing',
  ])('ends at %j', (value) => {
    const later = new URL('https://example.org/c/_apis/report?fields=A');
    expect(turn(followBatches, later, value, 0)).toEqual({});
  });

  it('ends where a server leads to where it was', () => {
    const later = new URL('https://example.org/c/_apis/report?continuationToken=7');
    expect(turn(followBatches, later, { values: [], continuationToken: '7' }, 0)).toEqual({});
  });
});
