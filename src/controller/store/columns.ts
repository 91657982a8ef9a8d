import { z } from 'zod';
import type { TableDefinition } from '../../tables/definition.js';
import type { RowValue } from '../../tables/row.js';

/** Types that columns of imported tables have. */
export const COLUMN_TYPES = ['text', 'bigint', 'double precision', 'boolean', 'timestamp', 'date', 'jsonb'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export interface Column {
  /** Field of the exported row. */
  readonly field: string;
  readonly name: string;
  readonly type: ColumnType;
}

/** Columns of every imported table; a field of such a name gets an underscore. */
const OWN_COLUMNS = new Set(['project_id', 'row_key', 'further']);

const NAME = /^[a-z_][a-z0-9_]{0,61}$/i;

/** The columns of a table, from the fields of its row schema. */
export function columnsOf(table: TableDefinition): readonly Column[] {
  if (!(table.row instanceof z.ZodObject)) {
    throw new Error(`the row schema of table ${table.name} is no object with fields`);
  }
  const shape: Readonly<Record<string, unknown>> = table.row.shape;
  return Object.entries(shape).flatMap(([field, schema]) => {
    if (!NAME.test(field)) {
      throw new Error(`field ${field} of table ${table.name} cannot be the name of a column`);
    }
    const lower = field.toLowerCase();
    const name = OWN_COLUMNS.has(lower) ? `${lower}_` : lower;
    return schema instanceof z.ZodType ? [{ field, name, type: typeOf(schema) }] : [];
  });
}

/**
 * The narrowest type that holds every value of a field, found by asking its schema: what takes any text is text, what
 * takes a date and no words is a timestamp, what takes numbers and neither words nor hexadecimal digits is a number.
 */
function typeOf(schema: z.ZodType): ColumnType {
  const takes = (value: RowValue): boolean => schema.safeParse(value).success;
  if (takes('any words') || takes('a1b2c3d4') || takes('a1b2c3d4'.repeat(5)) || takes('word')) {
    return 'text';
  }
  if (takes(['any words'])) {
    return 'jsonb';
  }
  if (takes('2024-02-03 04:05:06')) {
    return 'timestamp';
  }
  if (takes('2024-02-03')) {
    return 'date';
  }
  if (takes(true) && !takes(17)) {
    return 'boolean';
  }
  return typeOfNumber(takes);
}

function typeOfNumber(takes: (value: RowValue) => boolean): ColumnType {
  if (takes('1.5') || takes(1.5)) {
    return 'double precision';
  }
  return takes('1') || takes(1) || takes('17') ? 'bigint' : 'text';
}

/** How a value goes into its column, as text that the server casts; null where the row says that it is not known. */
export type Converted = { readonly ok: true; readonly text: string | null } | { readonly ok: false };

const UNKNOWN = new Set(['', 'null', 'None']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const MIDNIGHT = ' 00:00:00';
const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d{1,6})?$/;

/** Not ok where the column cannot hold the value: the caller keeps it beside the columns. */
export function convert(value: RowValue | undefined, type: ColumnType): Converted {
  if (value === undefined || value === null) {
    return { ok: true, text: null };
  }
  if (type === 'jsonb') {
    return { ok: true, text: jsonText(value) };
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (type === 'text') {
    return { ok: true, text: storable(text) };
  }
  if (UNKNOWN.has(text) || (text === '0' && (type === 'timestamp' || type === 'date'))) {
    return { ok: true, text: null };
  }
  const trimmed = text.trim();
  return fits(trimmed, type) ? { ok: true, text: trimmed } : { ok: false };
}

function fits(text: string, type: ColumnType): boolean {
  switch (type) {
    case 'bigint':
      return /^-?\d{1,18}$/.test(text);
    case 'double precision':
      return NUMBER.test(text) && Number.isFinite(Number(text));
    case 'boolean':
      return ['true', 'false', '1', '0'].includes(text);
    case 'date':
      return text.length === 10 && isTimestamp(`${text}${MIDNIGHT}`);
    default:
      return isTimestamp(text);
  }
}

function isTimestamp(text: string): boolean {
  const parts = TIMESTAMP.exec(text)?.slice(1, 7).map(Number);
  if (parts === undefined) {
    return false;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(Date.UTC(year, month - 1, day));
  return (
    year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  );
}

/** PostgreSQL's text holds every character but NUL. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/** JSON text of a value for a jsonb column. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? storable(inner) : inner));
}
