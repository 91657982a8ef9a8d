import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExportError } from '../../../src/tables/errors.js';
import { formatRow, LAYOUT } from '../../../src/tables/json.js';
import { countRows, readRows } from '../../../src/tables/reader.js';
import type { Row } from '../../../src/tables/row.js';
import { temporaryFolder } from '../../temporary-folder.js';

async function read(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(file)) {
    rows.push(row);
  }
  return rows;
}

const text = fc.string({ unit: 'binary' });
const value = fc.oneof(
  text,
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(text, fc.constant(null)), { maxLength: 3 }),
);
const row = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  value,
  { maxKeys: 4 },
);

describe('formatRow', () => {
  it('writes in ASCII what JSON.stringify means', () => {
    fc.assert(
      fc.property(row, (input) => {
        const formatted = formatRow(input);
        expect(JSON.parse(formatted)).toEqual(JSON.parse(JSON.stringify(input)));
        expect(formatted).toMatch(/^[ -~\n]*$/);
      }),
    );
  });
});

describe('readRows', () => {
  it('reads what was written, in whatever layout', async () => {
    const file = join(temporaryFolder(), 'data_a.json');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), fc.constantFrom(undefined, 1, '\t'), async (rows, indent) => {
        writeFileSync(file, JSON.stringify(rows, undefined, indent));
        expect(await read(file)).toEqual(JSON.parse(JSON.stringify(rows)));
        const ours = rows.map((item) => formatRow(item)).join(LAYOUT.between);
        writeFileSync(file, rows.length === 0 ? LAYOUT.empty : LAYOUT.start + ours + LAYOUT.end);
        expect(await read(file)).toEqual(JSON.parse(JSON.stringify(rows)));
        expect(await countRows(file)).toBe(rows.length);
      }),
      { numRuns: 100 },
    );
  });

  it('reads rows that lie across blocks of the file', async () => {
    const file = join(temporaryFolder(), 'data_a.json');
    const rows = Array.from({ length: 3000 }, (_, index) => ({ text: '\\"[{\u{1f389}'.repeat(index % 97) }));
    writeFileSync(file, JSON.stringify(rows));
    expect(await read(file)).toEqual(rows);
  });

  it.each([
    ['', 'ends in the middle'],
    ['{}', 'is not an array'],
    ['[{"a":"b"}', 'ends in the middle'],
    ['[{"a":"b"},', 'ends in the middle'],
    ['[,{}]', 'comma without a row'],
    ['[{}{}]', 'is not JSON'],
    ['[{"a":b}]', 'is not JSON'],
    ['[1]', 'not a row'],
    ['[{"a":{"b":"c"}}]', 'not a row'],
    ['[{}] x', 'is not an array'],
    ['[{"a":"]', 'ends in the middle'],
  ])('refuses %j and names the file', async (contents, message) => {
    const file = join(temporaryFolder(), 'data_a.json');
    writeFileSync(file, contents);
    await expect(read(file)).rejects.toThrow(`data_a.json: `);
    await expect(read(file)).rejects.toThrow(message);
  });

  it('fails on other contents only by saying so', async () => {
    const file = join(temporaryFolder(), 'data_a.json');
    const pieces = fc.array(fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', 'a', '1', ' ', '\n', 'é'));
    await fc.assert(
      fc.asyncProperty(pieces, async (tokens) => {
        const contents = tokens.join('');
        writeFileSync(file, contents);
        let rows: Row[];
        try {
          rows = await read(file);
        } catch (error) {
          expect(error).toBeInstanceOf(ExportError);
          return;
        }
        // A comma before the last bracket is the one thing that it is lenient about.
        expect(rows).toEqual(JSON.parse(contents.replace(/,\s*]\s*$/, ']')));
      }),
      { numRuns: 300 },
    );
  });

  it('names a file that is not there', async () => {
    await expect(read(join(temporaryFolder(), 'data_a.json'))).rejects.toThrow('data_a.json: cannot read');
  });
});
