import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../../src/http/errors.js';
import { type AskPage, allItems, offsetPages, type TokenPage, tokenPages } from '../../../../src/sources/jira/pages.js';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** A server with a list that answers so many items at most. */
function server(count: number, most: number, tells: 'total' | 'isLast' | 'nothing' = 'total') {
  const asked: number[] = [];
  const ask: AskPage = async (startAt, maxResults) => {
    asked.push(startAt);
    const items = numbers(count).slice(startAt, startAt + Math.min(maxResults, most));
    if (tells === 'total') return { items, total: count };
    return tells === 'isLast' ? { items, isLast: startAt + items.length >= count } : { items };
  };
  return { ask, asked };
}

describe('Pages by offset', () => {
  it.each([
    ['total', 0, 10],
    ['total', 10, 10],
    ['total', 101, 7],
    ['isLast', 101, 7],
    ['nothing', 101, 7],
    ['nothing', 100, 100],
  ] as const)('give all of a list that tells %s, of %i items and %i at most', async (tells, count, most) => {
    const { ask } = server(count, most, tells);
    expect(await allItems(offsetPages(ask, { size: 50, ahead: 4 }))).toEqual(numbers(count));
  });

  it('begin where they are told to', async () => {
    const { ask } = server(30, 10);
    expect(await allItems(offsetPages(ask, { size: 10, ahead: 4, startAt: 25 }))).toEqual([25, 26, 27, 28, 29]);
  });

  it('are filled where one has less than the others', async () => {
    const ask: AskPage = async (startAt, maxResults) => ({
      items: numbers(40).slice(startAt, startAt + (startAt === 20 ? 3 : maxResults)),
      total: 40,
    });
    expect(await allItems(offsetPages(ask, { size: 10, ahead: 4 }))).toEqual(numbers(40));
  });

  it('go on where the list has grown, and end where it has shrunk', async () => {
    const growing: AskPage = async (startAt, maxResults) => ({
      items: numbers(25).slice(startAt, startAt + maxResults),
      total: startAt === 0 ? 20 : 25,
    });
    expect(await allItems(offsetPages(growing, { size: 10, ahead: 2 }))).toEqual(numbers(25));
    const { asked, ask } = server(15, 10);
    const shrinking: AskPage = async (startAt, maxResults) => ({
      ...(await ask(startAt, maxResults)),
      total: 1_000_000,
    });
    expect(await allItems(offsetPages(shrinking, { size: 10, ahead: 2 }))).toEqual(numbers(15));
    expect(asked.length).toBeLessThan(8);
  });

  it('are asked for in parts where they are too large', async () => {
    const { ask } = server(20, 20);
    const strict: AskPage = async (startAt, maxResults) => {
      if (maxResults > 3) throw new HttpError('too-large', 'too large');
      return ask(startAt, maxResults);
    };
    expect(await allItems(offsetPages(strict, { size: 20, ahead: 2 }))).toEqual(numbers(20));
  });
});

async function itemsOf(pages: AsyncGenerator<TokenPage>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const page of pages) items.push(...page.items);
  return items;
}

describe('Pages by token', () => {
  it('follow each other', async () => {
    const pages = tokenPages(async (token) => {
      const start = Number(token ?? 0);
      return { items: [start, start + 1], next: start < 4 ? String(start + 2) : undefined };
    });
    expect(await itemsOf(pages)).toEqual(numbers(6));
  });

  it('go on where earlier ones have ended', async () => {
    const ask = async (token: string | undefined) => ({ items: [Number(token)], next: undefined });
    expect(await itemsOf(tokenPages(ask, '4'))).toEqual([4]);
  });

  it('do not go round in a circle', async () => {
    await expect(itemsOf(tokenPages(async () => ({ items: [1], next: 'again' })))).rejects.toThrow('same page');
  });
});
