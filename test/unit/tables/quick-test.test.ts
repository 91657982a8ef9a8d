import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changePath, tag, vcsVersions } from '../../../src/tables/catalogue/vcs.js';
import type { TableDefinition } from '../../../src/tables/definition.js';
import { findTable, tables } from '../../../src/tables/index.js';
import { formatRow } from '../../../src/tables/json.js';
import { anyRowSchema, type Row, type RowValue } from '../../../src/tables/row.js';
import { checkRow, passes } from '../../../src/tables/row-check.js';
import { RowFormatter } from '../../../src/tables/row-formatter.js';

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

/** Rows of a table of which one field is another or is missing, and some have one that was added. */
function changedRows({ file }: TableDefinition): fc.Arbitrary<Row> {
  const change = fc.record({
    row: fc.constantFrom(...(rows.get(file) ?? [])),
    field: fc.nat(),
    value: fc.option(value, { nil: undefined }),
    added: fc.dictionary(fc.constantFrom('added', 'encrypted', 'size'), value, { maxKeys: 1 }),
  });
  return change.map(({ row, field, value: other, added }) => {
    const names = Object.keys(row);
    const { [names[field % names.length] ?? '']: _, ...rest } = row;
    return { ...rest, ...added, ...(other && { [names[field % names.length] ?? '']: other }) };
  });
}

const tablesWithRows = tables.filter(({ file }) => rows.has(file));

describe('the quick test of a table', () => {
  it.each(tablesWithRows)('passes only what the schema of $name accepts', (table) => {
    fc.assert(
      fc.property(changedRows(table), (tried) => {
        if (table.tests && passes(table.tests, tried)) expect(table.row.safeParse(tried).success).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([vcsVersions, changePath, tag])('passes the rows that $name has', ({ file, tests, row: schema }) => {
    const fit = (rows.get(file) ?? []).filter((row) => schema.safeParse(row).success);
    expect(fit.length).toBeGreaterThan(0);
    expect(fit.filter((row) => tests === undefined || !passes(tests, row))).toEqual([]);
  });
});

describe('a formatter of rows', () => {
  it.each(tablesWithRows)(
    'gives rows of $name as they are, whatever came before, if the schema accepts them',
    (table) => {
      const formatter = new RowFormatter(table);
      fc.assert(
        fc.property(changedRows(table), (tried) => {
          const text = formatter.format(tried);
          if (text === undefined) return;
          expect(text).toBe(formatRow(tried));
          expect(checkRow(table, tried)).toEqual([]);
        }),
        { numRuns: 300 },
      );
    },
  );

  it.each([vcsVersions, changePath, tag])('leaves no fit row of $name to the schema', (table) => {
    const formatter = new RowFormatter(table);
    const fit = (rows.get(table.file) ?? []).filter((row) => table.row.safeParse(row).success);
    expect(fit.filter((row) => formatter.format(row) === undefined)).toEqual([]);
  });
});
