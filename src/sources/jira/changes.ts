import type { Logger } from '../../log/logger.js';
import type { CastValue } from './casts.js';
import type { Fields } from './fields.js';
import { type ChangeItem, type History, type Issue, readHistory } from './schema.js';
import { dateText } from './values.js';

/** When something happened: by the clock that Jira has it, and as milliseconds since 1970. */
export interface Moment {
  readonly local: string;
  /** Minus infinity where it is malformed. */
  readonly time: number;
}

/** An entry of a changelog, and when it was made. */
export interface Entry {
  readonly history: History;
  readonly moment: Moment;
}

/** What changed within one second. */
export interface Change {
  readonly moment: Moment;
  /** What columns were before, by their index; of those that count, how many more there were. */
  readonly before: Map<number, CastValue>;
  /** What columns say of the change itself, rather than of the issue, by their index. */
  readonly ofChange: Map<number, CastValue>;
}

const offset = /[+-]\d\d:?\d\d$/;

/** Moments come as `2024-03-01T11:00:00.000+0100`. */
export function momentOf(text: string): Moment {
  const time = Date.parse(offset.test(text) ? withColon(text) : `${text.replace(/Z$/, '')}Z`);
  return { local: dateText(text) ?? '', time: Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time };
}

function withColon(text: string): string {
  return text.at(-3) === ':' ? text : `${text.slice(0, -2)}:${text.slice(-2)}`;
}

/** The entries of a changelog, the oldest first, whatever their order was. A malformed one is named and left out. */
export function readEntries({ key, changelog }: Issue, log: Logger): readonly Entry[] {
  const entries = (changelog?.histories ?? []).flatMap((value): readonly Entry[] => {
    const history = readHistory(value);
    if (history !== undefined) return [{ history, moment: momentOf(history.created) }];
    log.error(`${key}: an entry of its changelog is left out, because it is malformed`);
    return [];
  });
  return entries.sort((a, b) => a.moment.time - b.moment.time || Number(a.history.id ?? 0) - Number(b.history.id ?? 0));
}

/**
 * What changed, second by second, the oldest first. Within a second later entries go over earlier ones, column by column.
 *
 * @param fields columns that changes tell of
 */
export function readChanges(entries: readonly Entry[], fields: Fields): readonly Change[] {
  const changes: Change[] = [];
  let second = Number.NaN;
  for (const entry of entries) {
    const at = Math.floor(entry.moment.time / 1000);
    if (at !== second) changes.push({ moment: entry.moment, before: new Map(), ofChange: new Map() });
    second = at;
    const change = changes.at(-1);
    if (change !== undefined) addEntry(change, entry, fields);
  }
  return changes;
}

function addEntry({ before, ofChange }: Change, { history }: Entry, fields: Fields): void {
  const own = new Map<number, CastValue>();
  for (const [name, index] of fields.ofEntries)
    own.set(index, fields.columns[index]?.cast(history.properties[name] ?? undefined));
  for (const item of history.items) {
    const index = fields.ofChanges.get(item.field);
    const column = index === undefined ? undefined : fields.columns[index];
    if (index === undefined || column === undefined) continue;
    const value = column.before(item);
    own.set(index, column.counts ? String(Number(own.get(index) ?? 0) + Number(value)) : value);
  }
  for (const [index, value] of own) (fields.columns[index]?.ofChange === true ? ofChange : before).set(index, value);
}

/** Each change of a field that is a list of its own, with its moment. */
export function itemsOf(entries: readonly Entry[], field: string): readonly (readonly [ChangeItem, Moment])[] {
  return entries.flatMap(({ history, moment }) =>
    history.items.filter((item) => item.field === field).map((item) => [item, moment] as const),
  );
}
