import { z } from 'zod';
import type { Continuation, Follow } from '../../http/follow.js';
import { batchSchema } from './schema.js';

/** Pages that are asked for at once where it is not known how many there are. */
const mostAhead = 8;
/** A server that gives less than it is asked for gives a round number at once. */
const round = 50;

/**
 * Pages of lists that go by `$skip` and `$top` and do not tell how many items they have. Where a page is full, so many
 * of the next ones are asked for side by side as there were before it.
 */
export function followSkip(size: number): Follow {
  return ({ url, count }): Continuation => {
    if (isLast(count, size)) return {};
    const skipped = skippedBy(url);
    const ahead = Math.min(mostAhead, Math.floor(skipped / count) + 1);
    return { known: Array.from({ length: ahead }, (_, index) => withSkip(url, skipped + count * (index + 1))) };
  };
}

function isLast(count: number, size: number): boolean {
  return count === 0 || (count < size && count % round !== 0);
}

function skippedBy(url: URL): number {
  return Number(url.searchParams.get('$skip') ?? 0);
}

const knownLengthSchema = z.object({ newest: z.int(), length: z.int() });
type KnownLength = z.output<typeof knownLengthSchema>;

const requestsSchema = z.object({ value: z.array(z.object({ pullRequestId: z.int() })) });

/**
 * The length of the list of pull requests, to be remembered. It begins with the newest one, and loses none: as long as
 * that is the same, the list is as long as it was, and no page needs to be asked for to find its end.
 */
export class RequestsLength {
  readonly #known: KnownLength | undefined;
  #newest: number | undefined;
  #length = 0;

  /** @param memory what {@link memory} gave in an earlier run */
  constructor(memory: string | undefined) {
    this.#known = parseLength(memory);
  }

  /** Follows the pages of the list. */
  follow(size: number): Follow {
    const further = followSkip(size);
    return (page) => {
      const skipped = skippedBy(page.url);
      if (skipped === 0) this.#newest = newestOf(page.value);
      if (page.count > 0) this.#length = Math.max(this.#length, skipped + page.count);
      const isSame = this.#newest !== undefined && this.#newest === this.#known?.newest;
      const length = isSame ? (this.#known?.length ?? 0) : Number.POSITIVE_INFINITY;
      const { known = [] } = further(page);
      return { known: known.filter((url) => skippedBy(url) < length) };
    };
  }

  /** Once the list has been read to its end. */
  get memory(): string | undefined {
    const read = this.#newest === undefined ? this.#known : { newest: this.#newest, length: this.#length };
    return read === undefined ? undefined : JSON.stringify(read);
  }
}

/** Undefined where the page is not in that order. */
function newestOf(value: unknown): number | undefined {
  const ids = requestsSchema.safeParse(value).data?.value.map(({ pullRequestId }) => pullRequestId) ?? [];
  const [first] = ids;
  const last = ids.at(-1);
  return first !== undefined && last !== undefined && first > last ? first : undefined;
}

function parseLength(memory: string | undefined): KnownLength | undefined {
  if (memory === undefined) return undefined;
  try {
    return knownLengthSchema.parse(JSON.parse(memory));
  } catch {
    return undefined;
  }
}

function withSkip(url: URL, skip: number): URL {
  const target = new URL(url);
  target.searchParams.set('$skip', String(skip));
  return target;
}

/** What only the first batch is asked with. */
const beginning = 'startDateTime';

/**
 * Batches of a report, which tell the next one by a token or by a link, and which one is the last; that may be empty. Of
 * a link only the query is taken: the address that a server believes to have need not be the one that it is reached by.
 */
export const followBatches: Follow = ({ url, value }) => {
  const { data } = batchSchema.safeParse(value);
  if (data === undefined || data.isLastBatch === true) return {};
  const next = new URL(url);
  next.searchParams.delete(beginning);
  const link = data.nextLink;
  if (link != null && URL.canParse(link, url.href)) {
    for (const [name, text] of new URL(link, url).searchParams) {
      if (!next.searchParams.has(name) || name !== 'api-version') next.searchParams.set(name, text);
    }
  }
  if (data.continuationToken != null) next.searchParams.set('continuationToken', String(data.continuationToken));
  // A server that leads nowhere would be asked for ever.
  return next.search === url.search ? {} : { next };
};
