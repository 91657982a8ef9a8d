import type { Row, RowValue } from '../../tables/row.js';
import type { FieldType } from './mapping.js';
import type { People } from './people.js';
import type { RowSink } from './row-sink.js';
import type { ChangeItem } from './schema.js';
import { readSprint } from './sprints.js';
import type { JiraTables } from './tables.js';
import { dateText, decimal, isObject, plain, property, textOf, wholeNumber } from './values.js';

/** A value of a row; undefined where the row has none. */
export type CastValue = RowValue | undefined;

/** How values of a type become values of rows. */
export interface Cast {
  /** A value of an issue, or the old value of a change. */
  readonly read: (value: unknown) => CastValue;
  /** What was before a change, where the old value alone does not tell. */
  readonly before?: (item: ChangeItem, old: CastValue) => CastValue;
  /** Each change counts: what is read is how many there are, and `before` is how many more there were. */
  readonly counts?: boolean;
}

/** What the casts of one run have in common. */
export interface CastContext {
  readonly tables: JiraTables;
  readonly sink: RowSink;
  readonly people: People;
  /** Keys of projects by their identifier. */
  readonly projects: Map<string, string>;
  /** Keys of the project that is gathered. */
  readonly own: ReadonlySet<string>;
  /** What agents have always exported wrongly is put right. */
  readonly corrections: boolean;
}

/** What stands for absent in tables of things. */
const unknown = '0';

export function makeCasts(context: CastContext): Readonly<Record<FieldType, Cast>> {
  const { people, corrections } = context;
  return {
    int: { read: (value) => wholeNumber(typeof value === 'string' ? value.replace(/\..*$/s, '') : value) },
    identifier: { read: wholeNumber },
    str: { read: textOf },
    unicode: { read: textOf },
    boolean: { read: yesNo, before: ({ from }) => yesNo(from.text) },
    date: { read: dateText },
    decimal: { read: decimal },
    issue_key: { read: textOf, before: ({ from }) => (from.text === undefined ? undefined : plain(from.text)) },
    developer: {
      read: (value) => people.read(value),
      before: ({ from }, old) => developerBefore(people, from.id, old),
    },
    id_list: { read: countOf, before: (_, old) => (old === '0' ? '-1' : '1'), counts: true },
    labels: { read: countLabels },
    rank: { read: () => undefined, before: ({ to }) => rankChange(to.text) },
    flag: { read: (value) => (isSet(value) ? '1' : '0') },
    version: { read: (value) => readVersions(context, value) },
    sprint: {
      read: (value) => readSprints(context, value),
      before: ({ from }) => (corrections ? lastOf(from.id) : undefined),
    },
    ready_status: {
      read: (value) => readReadyStatus(context, property(value, 'id'), property(value, 'value')),
      before: ({ from }) => readReadyStatus(context, from.id, from.text),
    },
    project: {
      read: (value) => readProject(context, value),
      before: ({ from }) => foreignKey(context, context.projects.get(from.id ?? '')),
    },
    status_category: { read: (value) => readStatusCategory(context, value) },
  };
}

function yesNo(value: unknown): CastValue {
  if (value === 'Yes') return '1';
  if (value === 'No') return '-1';
  return value === '' ? undefined : textOf(value);
}

function developerBefore(people: People, key: string | undefined, old: CastValue): CastValue {
  if (key === '') return undefined;
  return key === undefined ? old : people.nameOfKey(key);
}

/** Anything that is no list is one thing; of a change, that is the old value where something was removed. */
function countOf(value: unknown): string {
  if (value === undefined || value === null) return '0';
  return Array.isArray(value) ? String(value.length) : '1';
}

function countLabels(value: unknown): string {
  if (Array.isArray(value)) return String(value.length);
  return typeof value === 'string' && value !== '' ? String(value.split(' ').length) : '0';
}

function rankChange(text: string | undefined): CastValue {
  if (text === 'Ranked higher') return '1';
  return text === 'Ranked lower' ? '-1' : undefined;
}

/**
 * A flag in another column than `flagged`, as agents have always exported it: only an empty text is no flag, but a field
 * that is empty or missing is one.
 */
export const looseFlag: Cast = { read: (value) => (value === '' ? '0' : '1') };

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== '';
}

/** Of a list the last one. */
function readVersions({ tables, sink }: CastContext, value: unknown): CastValue {
  if (typeof value === 'string') return value === '' ? undefined : plain(value);
  let last: string | undefined;
  for (const version of [value].flat()) {
    const id = textOf(property(version, 'id'));
    const name = textOf(property(version, 'name'));
    if (!isObject(version) || id === undefined || name === undefined || version['released'] === undefined) continue;
    last = id;
    sink.add(tables.ofType('version'), id, () => versionRow(id, name, version));
  }
  return last;
}

function versionRow(id: string, name: string, version: Readonly<Record<string, unknown>>): Row {
  return {
    ...{ id, name },
    description: textOf(version['description']) ?? '',
    start_date: dateText(version['startDate']) ?? unknown,
    release_date: dateText(version['releaseDate']) ?? unknown,
    released: version['released'] === true ? '1' : '-1',
  };
}

/** Of a list the last one. */
function readSprints({ tables, sink, corrections }: CastContext, value: unknown): CastValue {
  let last: string | undefined;
  for (const item of [value].flat()) {
    const sprint = item === undefined || item === null ? undefined : readSprint(item, corrections);
    if (sprint === undefined) continue;
    last = sprint.id;
    sink.add(tables.ofType('sprint'), sprint.id, () => sprint.row);
  }
  return last;
}

/** Of `1, 2` the last one. */
function lastOf(ids: string | undefined): CastValue {
  return wholeNumber(ids?.split(',').at(-1));
}

const readyStatusForm = /^<font .*><b>(.*)<\/b><\/font>/;

/** A status whose text is not marked as the plug-in does it gets no row. */
function readReadyStatus({ tables, sink }: CastContext, value: unknown, html: unknown): CastValue {
  const id = textOf(value);
  const name = readyStatusForm.exec(typeof html === 'string' ? plain(html) : '')?.[1];
  if (id !== undefined && name !== undefined) sink.add(tables.ofType('ready_status'), id, () => ({ id, name }));
  return id;
}

/** Left out if it is the project that is gathered. */
function readProject(context: CastContext, value: unknown): CastValue {
  const id = textOf(property(value, 'id'));
  const key = textOf(property(value, 'key'));
  if (id === undefined || key === undefined) return undefined;
  context.projects.set(id, key);
  return foreignKey(context, key);
}

function foreignKey({ own }: CastContext, key: string | undefined): CastValue {
  return key === undefined || own.has(key) ? undefined : key;
}

/** Its number stays one in the exported files, as importers expect it. */
function readStatusCategory({ tables, sink }: CastContext, value: unknown): CastValue {
  const id = property(value, 'id');
  if (typeof id !== 'number') return undefined;
  sink.add(tables.statusCategory, String(id), () => ({
    id,
    key: textOf(property(value, 'key')) ?? unknown,
    name: textOf(property(value, 'name')) ?? unknown,
    color: textOf(property(value, 'colorName')) ?? unknown,
  }));
  return id;
}
