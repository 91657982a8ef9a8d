import type { Row } from '../../tables/row.js';
import type { Moment } from './changes.js';
import type { ChangeItem } from './schema.js';

const unknown = '0';

interface Span {
  readonly row: Row;
  start?: Moment;
  end?: Moment;
}

/** What an issue has, such as links, with when it got each first and lost it last as its changelog says. */
export class Spans {
  readonly #spans = new Map<string, Span>();

  /** Adds what the issue has, or had. */
  add(key: string, row: Row): void {
    if (!this.#spans.has(key)) this.#spans.set(key, { row });
  }

  has(key: string): boolean {
    return this.#spans.has(key);
  }

  begin(key: string, moment: Moment): void {
    const span = this.#spans.get(key);
    if (span !== undefined && (span.start === undefined || moment.time < span.start.time)) span.start = moment;
  }

  end(key: string, moment: Moment): void {
    const span = this.#spans.get(key);
    if (span !== undefined && (span.end === undefined || moment.time >= span.end.time)) span.end = moment;
  }

  rows(): readonly Row[] {
    return [...this.#spans.values()].map(({ row, start, end }) => ({
      ...row,
      start_date: start?.local ?? unknown,
      end_date: end?.local ?? unknown,
    }));
  }
}

/** Something that a change speaks of, by what tells it apart. */
export interface Spoken {
  readonly key: string;
  readonly row: Row;
}

/**
 * Takes the changes of a list: what comes begins, what goes ends.
 *
 * @param find what one end of a change speaks of; undefined where that cannot be told
 */
export function addChanges(
  spans: Spans,
  items: readonly (readonly [ChangeItem, Moment])[],
  find: (side: ChangeItem['to']) => Spoken | undefined,
): void {
  for (const [item, moment] of items) {
    const come = find(item.to);
    if (come !== undefined) {
      spans.add(come.key, come.row);
      spans.begin(come.key, moment);
    }
    const gone = find(item.from);
    if (gone !== undefined) {
      spans.add(gone.key, gone.row);
      spans.end(gone.key, moment);
    }
  }
}
