import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../src/sources/topdesk/csv.js';
import { topdeskSource } from '../../src/sources/topdesk/index.js';
import { StepWorld } from '../step-world.js';
import { temporaryFolder } from '../temporary-folder.js';

const fields = [
  ...['reservation_id', 'number_of_people', 'description', 'requester', 'start_date', 'end_date'],
  ...['prepare_date', 'close_date', 'project_pass'],
];
const names = fields.map((field) => (field === 'close_date' ? 'be\\xebindigen' : `de ${field}`));
const header = names.join(',').replace('\\xeb', 'ë');
const configuration = [
  ...['[names]', ...fields.map((field, index) => `${field} = ${names[index]}`)],
  ...['[projects]', 'test = 1001', '[whitelist]', '[blacklist]', 'all ='],
].join('\n');

function line(id: string, description: string, more: { readonly date?: string; readonly requester?: string } = {}) {
  const { date = '2024-03-01 09:00', requester = 'Piet Aanvrager' } = more;
  return [id, '10', description, requester, date, date, date, date, '1001'].join(',');
}

function worldOf(csv: string | Uint8Array, config = configuration): StepWorld {
  const world = new StepWorld();
  writeFileSync(path.join(world.home, 'topdesk.cfg'), config);
  writeFileSync(path.join(world.home, 'topdesk-reservations.csv'), csv);
  return world;
}

function idsOf(world: StepWorld): readonly unknown[] {
  return world.rows('data_reservations.json').map((row) => row['reservation_id']);
}

describe('the source TOPdesk', () => {
  it('leaves out a row that ends too early, and says on which line', async () => {
    const world = worldOf([header, line('R1', 'Overleg'), 'R2,10,marked', line('R3', 'Overleg'), ''].join('\n'));
    const { incomplete } = await world.run(topdeskSource());
    expect(incomplete).toEqual([]);
    expect(idsOf(world)).toEqual(['R1', 'R3']);
    expect(world.logged).toContain('line 3 ends before the column of requester');
    expect(world.logged).not.toContain('marked');
  });

  it('leaves out a row on which a pattern takes too long', async () => {
    const slow = configuration.replace('all =', 'all = (a|a)*b');
    const world = worldOf([header, line('R1', 'a'.repeat(60)), line('R2', 'Overleg'), ''].join('\n'), slow);
    await world.run(topdeskSource());
    expect(idsOf(world)).toEqual(['R2']);
    expect(world.logged).toContain('line 2 is left out');
  });

  it('reads all line ends, and cells with delimiters, quotation marks and line ends', async () => {
    const world = worldOf(`${header}\r\n\r\n${line('R1', '"a ""b"",\r\nc"')}\r${line('R2', 'x "y" z')}`);
    await world.run(topdeskSource());
    const rows = world.rows('data_reservations.json');
    expect(rows.map((row) => row['description'])).toEqual(['a "b",\nc', 'x "y" z']);
  });

  it.each([
    ['utf-8-sig', Buffer.from(`\uFEFF${header}\n${line('R1', 'Café €')}\n`)],
    ['utf-16', Buffer.from(`\uFEFF${header}\n${line('R1', 'Café €')}\n`, 'utf16le')],
    ['windows-1252', Buffer.from(`${header}\n${line('R1', 'Café €')}\n`.replace('€', '\x80'), 'latin1')],
  ])('reads files in %s', async (encoding, bytes) => {
    const world = worldOf(bytes);
    await expect(world.run(topdeskSource())).rejects.toThrow('--encoding');
    await world.run(topdeskSource({ encoding }));
    expect(world.rows('data_reservations.json')).toMatchObject([{ description: 'Café €' }]);
  });

  it('takes options from the section [file], and those of the command line before them', async () => {
    const options = '\n[file]\nname = dump.csv\ndelimiter = tab\nencoding = utf-8-sig\nkeep_without_requester = yes';
    const world = worldOf('', `${configuration}${options}`);
    const rows = [header, line('R1', 'Overleg', { requester: '' })].join('\n').replaceAll(',', '\t');
    writeFileSync(path.join(world.home, 'dump.csv'), `\uFEFF${rows}`);
    await world.run(topdeskSource());
    expect(idsOf(world)).toEqual(['R1']);
    await world.run(topdeskSource({ keepWithoutRequester: false }));
    expect(idsOf(world)).toEqual([]);
    await expect(world.run(topdeskSource({ delimiter: ';' }))).rejects.toThrow('has no column "de reservation_id"');
    await expect(world.run(topdeskSource({ delimiter: 'ab' }))).rejects.toThrow('--delimiter');
    await expect(world.run(topdeskSource({ encoding: 'ebcdic' }))).rejects.toThrow('expected one of utf-8, utf-8-sig');
  });

  it('finds the file among the dropins', async () => {
    const world = worldOf('');
    mkdirSync(path.join(world.home, 'dropins', 'TEST'), { recursive: true });
    writeFileSync(path.join(world.home, 'dropins', 'TEST', 'dump.csv'), `${header}\n${line('R1', 'Overleg')}\n`);
    await world.run(topdeskSource({ file: 'dump.csv' }));
    expect(idsOf(world)).toEqual(['R1']);
    await expect(world.run(topdeskSource({ file: 'other.csv' }))).rejects.toThrow('there is no such file');
  });

  it('keeps the files of the run before where a moment of the project is none', async () => {
    const world = worldOf([header, line('R1', 'Overleg'), line('R2', 'Overleg', { date: 'marked' })].join('\n'));
    world.write('data_reservations.json', []);
    await expect(world.run(topdeskSource())).rejects.toThrow('line 3: start_date is no moment');
    expect(idsOf(world)).toEqual([]);
    expect(world.logged).not.toContain('marked');
  });

  it('writes nothing of a project that nothing is said about, with a warning', async () => {
    const world = worldOf(`${header}\n${line('R1', 'Overleg')}\n`, configuration.replace('test = 1001', ''));
    await world.run(topdeskSource());
    expect(idsOf(world)).toEqual([]);
    expect(world.logged).toContain('which reservations belong to TEST');
  });

  it('does not hold more than a row of a file with a quotation mark too many', async () => {
    const world = worldOf(`${header}\nR1,10,"${'Overleg '.repeat(1_000_000)}\n`);
    await expect(world.run(topdeskSource())).rejects.toThrow('is there a quotation mark too many?');
  });

  it.each([
    ['[names]\n', 'option "reservation_id" of section [names] is not set'],
    [configuration.replace('[whitelist]', '[whitelist]\ntest = ('), 'section [whitelist]: "("'],
    [configuration.replace('project_pass', 'state'), 'option "project_pass" of section [names]'],
  ])('says what is wrong in topdesk.cfg', async (config, message) => {
    await expect(worldOf(header, config).run(topdeskSource())).rejects.toThrow(message);
  });
});

describe('the reader of CSV', () => {
  it('gives back what is written, cell by cell', async () => {
    const folder = temporaryFolder();
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', ',', '"', '\n', ';', "'") });
    const table = fc.array(fc.tuple(cell, cell), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), async (rows, end) => {
        const file = path.join(folder, 'table.csv');
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        writeFileSync(file, [['x', 'y'], ...rows].map((row) => row.map(quote).join(',') + end).join(''));
        const columns = new Map([
          ['one', 'x'],
          ['two', 'y'],
        ]);
        const read: unknown[] = [];
        for await (const row of readRows(file, { columns, delimiter: ',', encoding: 'utf-8' })) {
          read.push([row.cell('one'), row.cell('two')]);
        }
        expect(read).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it('either reads a text or says that it is no CSV', async () => {
    const folder = temporaryFolder();
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '\uFEFF', '\0') });
    await fc.assert(
      fc.asyncProperty(text, async (rest) => {
        const file = path.join(folder, 'text.csv');
        writeFileSync(file, `x,y\n${rest}`);
        const read = async (): Promise<number> => {
          let count = 0;
          const options = { columns: new Map([['one', 'x']]), delimiter: ',', encoding: 'utf-8' } as const;
          for await (const row of readRows(file, options)) count += row.line > 1 ? 1 : 0;
          return count;
        };
        const outcome = await read().catch((error: unknown) => error);
        if (typeof outcome !== 'number') expect(String(outcome)).toMatch(/is no CSV|quotation mark/);
      }),
      { numRuns: 100 },
    );
  });
});
