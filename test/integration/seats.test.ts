import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { utils, write } from '@e965/xlsx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seatsSource } from '../../src/sources/seats/index.js';
import { unfold } from '../../src/sources/workbook/archive.js';
import { readSheet } from '../../src/sources/workbook/workbook.js';
import { StepWorld } from '../step-world.js';
import { temporaryFolder } from '../temporary-folder.js';

const january = 45_292;
type Format = 'xlsx' | 'biff8';

function workbook(rows: readonly (readonly unknown[])[], { name = 'Seats', format = 'xlsx' as Format } = {}): Buffer {
  const book = utils.book_new();
  utils.book_append_sheet(book, utils.aoa_to_sheet(rows.map((row) => [...row])), name);
  return Buffer.from(write(book, { type: 'buffer', bookType: format, compression: true }));
}

function worldOf(files: Readonly<Record<string, Uint8Array>>, configuration = 'projects:\n  A: TEST\n'): StepWorld {
  const world = new StepWorld();
  writeFileSync(path.join(world.home, 'seats.yml'), `sheet: Seats\nfilename: Seats_%Y-%m.xlsx\n${configuration}`);
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(world.home, name)), { recursive: true });
    writeFileSync(path.join(world.home, name), bytes);
  }
  return world;
}

function rowsOf(world: StepWorld): readonly unknown[] {
  return world.rows('data_seats.json').map((row) => [row['month'], row['seats']]);
}

/** An archive with one file of zeros that is all but nothing as long as it is compressed. */
async function bomb(bytes: number): Promise<Buffer> {
  const whole = await unfold(workbook([['x']]));
  const contents = deflateRawSync(Buffer.alloc(bytes));
  const name = Buffer.from('xl/worksheets/sheet1.xml');
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(contents.length, 14);
  fields.writeUInt32LE(bytes, 18);
  fields.writeUInt16LE(name.length, 22);
  const header = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name]);
  const place = Buffer.alloc(14);
  const directory = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, place, name]);
  const end = Buffer.from(whole.subarray(-22));
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(header.length + contents.length, 16);
  return Buffer.concat([header, contents, directory, end]);
}

describe('the source of seats', () => {
  const rows = [
    ['Team', january, january + 31],
    ['A', 1, '2.5'],
    ['B', 'marked', 3],
  ];

  it.each(['xlsx', 'biff8'] as const)('reads workbooks in the format %s', async (format) => {
    const world = worldOf({ 'Seats.xls': workbook(rows, { format }) });
    await world.run(seatsSource());
    expect(rowsOf(world)).toEqual([
      ['2024-01', '1.0'],
      ['2024-02', '2.5'],
    ]);
    expect(world.read('seats_files.json')).toEqual(['Seats.xls']);
    expect(world.logged).toContain('Seats.xls, row 3, column 2: this is no number of seats');
    expect(world.logged).not.toContain('marked');
  });

  it('reads workbooks of names that it knows only on demand', async () => {
    const world = worldOf({ 'Seats.xls': workbook(rows) });
    await world.run(seatsSource());
    writeFileSync(
      path.join(world.home, 'Seats.xls'),
      workbook([
        ['', january],
        ['A', 9],
      ]),
    );
    await world.run(seatsSource());
    expect(rowsOf(world).length).toBe(2);
    await world.run(seatsSource({ force: true }));
    expect(rowsOf(world)).toEqual([['2024-01', '9.0']]);
  });

  it('reads workbooks among the dropins, by the date in their names', async () => {
    const world = worldOf({ 'dropins/TEST/Seats_2024-01.xlsx': workbook(rows) });
    await world.run(seatsSource({ filenames: ['Seats_*.xlsx'] }));
    expect(rowsOf(world)).toEqual([['2024-01', '1.0']]);
  });

  it('reads a tracker that is none as though there was none', async () => {
    const world = worldOf({ 'Seats.xls': workbook(rows) });
    writeFileSync(path.join(world.exported, 'seats_files.json'), '{"Seats.xls');
    await world.run(seatsSource());
    expect(rowsOf(world).length).toBe(2);
  });

  it('keeps the files of the run before where a workbook cannot be read', async () => {
    const world = worldOf({ 'Seats.xls': workbook(rows), 'Other.xls': Buffer.from('Team,2024\nA,1\n') });
    await world.run(seatsSource());
    await expect(world.run(seatsSource({ filenames: ['*.xls'] }))).rejects.toThrow('Other.xls: is no workbook');
    expect(rowsOf(world).length).toBe(2);
    expect(world.read('seats_files.json')).toEqual(['Seats.xls']);
  });

  it.each([
    ['projects: [A]\n', 'seats.yml'],
    ['prefixes: [1, {}]\n', 'seats.yml'],
    ['a: &a [*a', 'is no YAML'],
  ])('says what is wrong in seats.yml', async (configuration, message) => {
    await expect(worldOf({}, configuration).run(seatsSource())).rejects.toThrow(message);
  });
});

describe('a workbook', () => {
  async function reading(bytes: Uint8Array, sheet: string | number = 'Seats') {
    const file = path.join(temporaryFolder(), 'book.xlsx');
    writeFileSync(file, bytes);
    return readSheet(file, sheet);
  }

  it('gives what formulas showed, and reckons none', async () => {
    const book = utils.book_new();
    const cells = { A1: { t: 'n', v: 5, f: '1+1' }, B1: { t: 'e', v: 42 }, '!ref': 'A1:B1' } as const;
    utils.book_append_sheet(book, { ...cells }, 'Seats');
    const sheet = await reading(Buffer.from(write(book, { type: 'buffer', bookType: 'xlsx' })));
    expect([sheet.cell(0, 0), sheet.cell(0, 1)]).toEqual([5, undefined]);
  });

  it('that unfolds to more than any other is refused before it fills the memory', async () => {
    const hostile = await bomb(500 * 1024 * 1024);
    expect(hostile.length).toBeLessThan(1024 * 1024);
    await expect(reading(hostile)).rejects.toThrow('unfolds to more than 16 MB');
  });

  it('with a sheet that is far too long or wide is refused', async () => {
    const cell = (place: string) => {
      const book = utils.book_new();
      utils.book_append_sheet(book, { [place]: { t: 'n', v: 1 }, '!ref': `A1:${place}` }, 'Seats');
      return Buffer.from(write(book, { type: 'buffer', bookType: 'xlsx' }));
    };
    await expect(reading(cell('XFD1'))).rejects.toThrow('more than 1000 columns');
    await expect(reading(workbook(Array.from({ length: 10_001 }, () => ['x'])))).rejects.toThrow('10000 rows');
  });

  it.each(['Nothing', '__proto__', 'constructor', 7])('without the sheet %j is refused', async (sheet) => {
    await expect(reading(workbook([['x']]), sheet)).rejects.toThrow('has no sheet');
  });

  it('that is damaged is refused by its name, whatever is wrong with it', async () => {
    const whole = { xlsx: workbook([['x', 1]]), biff8: workbook([['x', 1]], { format: 'biff8' }) };
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<Format>('xlsx', 'biff8'), damage, fc.nat(), async (format, bytes, end) => {
        const book = Buffer.from(whole[format]);
        for (const [position, value] of bytes) book[position % book.length] = value;
        const cut = book.subarray(0, end % 4 === 0 ? end % book.length : book.length);
        const outcome = await reading(cut).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome.name).toBe('InputError');
      }),
      { numRuns: 100 },
    );
  });
});
