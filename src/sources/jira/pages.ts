import { streamAhead } from '../../http/ahead.js';
import { HttpError } from '../../http/errors.js';

/** A part of a list. */
export interface ListPage {
  readonly items: readonly unknown[];
}

/** A part of a list that is asked for by the number of its first item. */
export interface OffsetPage extends ListPage {
  /** Items that there are; not all lists tell. */
  readonly total?: number | null | undefined;
  readonly isLast?: boolean | null | undefined;
}

/** Asks for so many items from a number on; the answer may have fewer. */
export type AskPage<Page extends OffsetPage = OffsetPage> = (startAt: number, maxResults: number) => Promise<Page>;

export interface OffsetOptions {
  /** Items that are asked for at once. */
  readonly size: number;
  /** Pages that are asked for side by side, where it is known how many there are. */
  readonly ahead: number;
  /** Number of the first item that is wanted. */
  readonly startAt?: number;
}

/**
 * The pages of a list. A server may have its own idea of how much it answers at once: the next page begins behind what
 * has come. A page that is too large to read is asked for in smaller parts.
 */
export async function* offsetPages<Page extends OffsetPage>(
  ask: AskPage<Page>,
  options: OffsetOptions,
): AsyncGenerator<Page> {
  const list = new OffsetList(ask, options.ahead);
  let startAt = options.startAt ?? 0;
  for (;;) {
    const page = await list.ask(startAt, options.size);
    yield page;
    const { items, total, isLast } = page;
    startAt += items.length;
    const isEnd = items.length === 0 || isLast === true || startAt >= (total ?? Number.POSITIVE_INFINITY);
    if (isEnd) return;
    if (typeof total === 'number') {
      yield* list.windows(startAt, total, items.length);
      startAt = total;
      // Some may have been added meanwhile.
      if (list.hasEnded || list.total <= total) return;
    }
  }
}

class OffsetList<Page extends OffsetPage> {
  total = 0;
  hasEnded = false;

  constructor(
    private readonly askPage: AskPage<Page>,
    private readonly ahead: number,
  ) {}

  async ask(startAt: number, maxResults: number): Promise<Page> {
    try {
      const page = await this.askPage(startAt, maxResults);
      this.total = page.total ?? this.total;
      return page;
    } catch (error) {
      const isTooLarge = error instanceof HttpError && error.failure === 'too-large';
      if (!isTooLarge || maxResults <= 1) throw error;
      return this.ask(startAt, Math.ceil(maxResults / 2));
    }
  }

  windows(from: number, to: number, step: number): AsyncGenerator<Page> {
    return streamAhead(this.starts(from, to, step), this.ahead, (start) =>
      this.window(start, Math.min(step, to - start)),
    );
  }

  private *starts(from: number, to: number, step: number): Generator<number> {
    for (let start = from; start < to && !this.hasEnded; start += step) yield start;
  }

  private async *window(start: number, size: number): AsyncGenerator<Page> {
    let count = 0;
    while (count < size) {
      const page = await this.ask(start + count, size - count);
      if (page.items.length === 0) {
        this.hasEnded = true;
        return;
      }
      count += page.items.length;
      yield page;
    }
  }
}

/** A part of a list that tells where it goes on. */
export interface TokenPage extends ListPage {
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * The pages of a list that are found one through the other; the next one is asked for while one is read.
 *
 * @param from what an earlier page told of the next one
 */
export async function* tokenPages<Page extends TokenPage>(
  ask: (token: string | undefined) => Promise<Page>,
  from?: string,
): AsyncGenerator<Page> {
  let waiting: Promise<Page> | undefined = ask(from);
  let last = from;
  while (waiting !== undefined) {
    const page: Page = await waiting;
    const { next } = page;
    if (next !== undefined && next === last) throw new Error('a list leads from a page to the same page again');
    last = next;
    waiting = next === undefined ? undefined : ask(next);
    // Whoever reads it hears of the failure.
    waiting?.catch(() => undefined);
    yield page;
  }
}

/** All items of a list. */
export async function allItems(pages: AsyncGenerator<ListPage>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { items } of pages) all.push(...items);
  return all;
}
