import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changePath, tag, vcsVersions } from '../../../src/tables/catalogue/vcs.js';
import { findTable, tables } from '../../../src/tables/index.js';
import { anyRowSchema, type Row, type RowValue } from '../../../src/tables/row.js';

const golden = join(import.meta.dirname, '../../golden');

/** Rows of the golden cases, by file. */
const rows = new Map<string, Row[]>();
for (const name of readdirSync(golden, { recursive: true, encoding: 'utf8' })) {
  const file = name.split('/').at(-1) ?? '';
  if (!name.includes('/expected/') || findTable(file) === undefined) continue;
  const read = z.array(anyRowSchema).parse(JSON.parse(readFileSync(join(golden, name), 'utf8')));
  rows.set(file, [...(rows.get(file) ?? []), ...read]);
}

const value: fc.Arbitrary<RowValue> = fc.oneof(
  fc.constantFrom('0', '-1', '', '1', '12.5', '1e+3', 'M', 'merge', '2024-02-30 25:61:00', 'abc-1', 'a'.repeat(99)),
  fc.constantFrom(null, true, 3, ['x'], 'a'.repeat(101), '\u{1f389}'.repeat(60), '1234567890', 'f'.repeat(101), '1\n'),
  fc.string(),
);

describe('the quick test of a table', () => {
  it.each(tables.filter(({ file }) => rows.has(file)))('passes only what the schema of $name accepts', (table) => {
    const changed = fc.record({
      row: fc.constantFrom(...(rows.get(table.file) ?? [])),
      field: fc.nat(),
      value: fc.option(value, { nil: undefined }),
      added: fc.dictionary(fc.constantFrom('added', 'encrypted', 'size'), value, { maxKeys: 1 }),
    });
    fc.assert(
      fc.property(changed, ({ row, field, value: other, added }) => {
        const names = Object.keys(row);
        const { [names[field % names.length] ?? '']: _, ...rest } = row;
        const tried: Row = { ...rest, ...added, ...(other && { [names[field % names.length] ?? '']: other }) };
        if (table.fits?.(tried)) expect(table.row.safeParse(tried).success).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([vcsVersions, changePath, tag])('passes the rows that $name has', ({ file, fits, row: schema }) => {
    const fit = (rows.get(file) ?? []).filter((row) => schema.safeParse(row).success);
    expect(fit.length).toBeGreaterThan(0);
    expect(fit.filter((row) => fits?.(row) !== true)).toEqual([]);
  });
});
