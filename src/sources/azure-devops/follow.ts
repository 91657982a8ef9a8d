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
    if (count === 0 || (count < size && count % round !== 0)) return {};
    const skipped = Number(url.searchParams.get('$skip') ?? 0);
    const ahead = Math.min(mostAhead, Math.floor(skipped / count) + 1);
    return { known: Array.from({ length: ahead }, (_, index) => withSkip(url, skipped + count * (index + 1))) };
  };
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
