import type { Continuation, Follow } from '../../http/follow.js';

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
