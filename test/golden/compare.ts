import { createHash } from 'node:crypto';
import { z } from 'zod';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const digestSchema = z.record(z.string(), z.object({ rows: z.int(), sha256: z.string() }));
export type Digests = z.output<typeof digestSchema>;

/** Sums that stand for files too large to keep. */
export function parseDigests(text: string): Digests {
  return digestSchema.parse(JSON.parse(text));
}

/**
 * A file in the form that is compared: JSON with sorted keys, without ignored fields, its rows in the order of their
 * text; other files without white space at the end.
 */
export function canonical(file: string, text: string, ignored: readonly string[]): unknown {
  return file.endsWith('.json') ? sortRows(z.json().parse(JSON.parse(text)), ignored) : text.trimEnd();
}

function sortRows(value: Json, ignored: readonly string[]): Json {
  if (isArray(value)) {
    const items = value.map((item) => sortRows(item, ignored)).map((item) => ({ item, text: JSON.stringify(item) }));
    return items.sort((a, b) => compareText(a.text, b.text)).map(({ item }) => item);
  }
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !ignored.includes(key));
  const sorted = kept
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, item]) => [key, sortRows(item, ignored)] as const);
  return Object.fromEntries(sorted);
}

/** Rows and SHA-256 of an exported file, as `digests.json` has them. */
export function digest(text: string): { readonly rows: number; readonly sha256: string } {
  const value = z.json().parse(JSON.parse(text));
  const rows = isArray(value) ? value.length : Object.keys(Object(value)).length;
  const lines = isArray(value) ? value.map((row) => JSON.stringify(sortKeys(row))) : [];
  lines.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const whole = isArray(value) ? `[${lines.join(',')}]` : JSON.stringify(sortKeys(value));
  return { rows, sha256: createHash('sha256').update(whole).digest('hex') };
}

function sortKeys(value: Json): Json {
  if (isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const sorted = Object.entries(value).sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(sorted.map(([key, item]) => [key, sortKeys(item)] as const));
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
