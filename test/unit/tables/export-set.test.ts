import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { TableDefinition } from '../../../src/tables/definition.js';
import { ExportSet, exportTables } from '../../../src/tables/export-set.js';
import { encrypt, Pseudonymiser } from '../../../src/tables/pseudonym.js';
import { rowValueSchema } from '../../../src/tables/row.js';
import { temporaryFolder } from '../../temporary-folder.js';

function table(name: string, changes: Partial<TableDefinition> = {}): TableDefinition {
  const row = z.object({ id: z.string().max(2000) }).catchall(rowValueSchema);
  return { name, file: `data_${name}.json`, row, key: [], encrypt: [], freeText: [], ...changes };
}

const plain = table('plain');
const keyed = table('keyed', { key: ['id'] });
const log = pino({ level: 'silent' });

function context(folder: string, pseudonymiser = new Pseudonymiser(undefined)) {
  return { folder, pseudonymiser, log };
}

function rows(folder: string, definition: TableDefinition): unknown {
  return JSON.parse(readFileSync(join(folder, definition.file), 'utf8'));
}

describe('ExportSet', () => {
  it('writes the layout of the original', async () => {
    const folder = temporaryFolder();
    await exportTables(context(folder), async (exports) => {
      exports.declare(keyed);
      const producer = exports.producer();
      producer.write({ table: plain, row: { id: 'é"\\\n\u007f\u{1f389}', list: ['a'], none: null, n: 1 } });
      producer.write({ table: plain, row: { id: '2' } });
      await producer.complete();
    });
    expect(readFileSync(join(folder, 'data_keyed.json'), 'utf8')).toBe('[]');
    expect(readFileSync(join(folder, 'data_plain.json'), 'utf8')).toBe(
      [
        '[',
        '    {',
        '        "id": "\\u00e9\\"\\\\\\n\\u007f\\ud83c\\udf89",',
        '        "list": [',
        '            "a"',
        '        ],',
        '        "none": null,',
        '        "n": 1',
        '    },',
        '    {',
        '        "id": "2"',
        '    }',
        ']',
      ].join('\n'),
    );
    expect(readdirSync(folder).sort()).toEqual(['data_keyed.json', 'data_plain.json']);
  });

  it('keeps the rows of each producer together, and its keys apart', async () => {
    const folder = temporaryFolder();
    const summary = await exportTables(context(folder), async (exports) => {
      const [first, second] = [exports.producer(), exports.producer()];
      for (let index = 0; index < 3000; index += 1) {
        const row = { id: String(index % 2500), text: 'x'.repeat(300) };
        const kept = [
          first.write({ table: keyed, row: { ...row, by: '1' } }),
          second.write({ table: keyed, row: { ...row, by: '2' } }),
        ];
        expect(kept).toEqual([index < 2500, index < 2500]);
      }
      await Promise.all([second.complete(), first.complete()]);
    });
    const exported = z.array(z.object({ id: z.string(), by: z.string() })).parse(rows(folder, keyed));
    expect(exported.map(({ by }) => by)).toEqual([...Array(2500).fill('2'), ...Array(2500).fill('1')]);
    expect(exported.map(({ id }) => id)).toEqual([...Array(5000).keys()].map((index) => String(index % 2500)));
    expect(summary.get('data_keyed.json')).toBe(5000);
  });

  it('leaves out the rows of a producer that failed', async () => {
    const folder = temporaryFolder();
    await exportTables(context(folder), async (exports) => {
      const [good, bad, forgotten] = [exports.producer(), exports.producer(), exports.producer()];
      good.write({ table: plain, row: { id: 'good' } });
      for (let index = 0; index < 5000; index += 1) {
        bad.write({ table: plain, row: { id: 'bad', text: 'x'.repeat(300) } });
      }
      forgotten.write({ table: plain, row: { id: 'forgotten' } });
      await bad.discard();
      await good.complete();
    });
    expect(rows(folder, plain)).toEqual([{ id: 'good' }]);
    expect(readdirSync(folder)).toEqual(['data_plain.json']);
  });

  it('puts trackers and tables in place only where the action succeeds', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'tracker.json'), 'old');
    const failing = exportTables(context(folder), async (exports) => {
      exports.declare(plain);
      exports.setTracker('tracker.json', 'new');
      throw new Error('source failed');
    });
    await expect(failing).rejects.toThrow('source failed');
    expect(readdirSync(folder)).toEqual(['tracker.json']);
    await exportTables(context(folder), async (exports) => exports.setTracker('tracker.json', 'new'));
    expect(readFileSync(join(folder, 'tracker.json'), 'utf8')).toBe('new');
  });

  it('refuses trackers outside of the folder', async () => {
    const exports = await ExportSet.open(context(temporaryFolder()));
    expect(() => exports.setTracker('../tracker.json', '')).toThrow('export folder');
  });

  it('keeps earlier rows behind the new ones where tables merge, without doubles of keys', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, keyed.file), '[{"id":"1","by":"old"},{"id":"2","by":"old"}]');
    writeFileSync(join(folder, plain.file), '[{"id":"1"}]');
    await exportTables(context(folder), async (exports) => {
      exports.declare(keyed, { merge: true });
      exports.declare(plain, { merge: true });
      const producer = exports.producer();
      producer.write({ table: keyed, row: { id: '2', by: 'new' } });
      producer.write({ table: plain, row: { id: '1' } });
      await producer.complete();
    });
    expect(rows(folder, keyed)).toEqual([
      { id: '2', by: 'new' },
      { id: '1', by: 'old' },
    ]);
    expect(rows(folder, plain)).toEqual([{ id: '1' }, { id: '1' }]);
  });

  it('keeps the earlier file where it cannot be merged', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, plain.file), '[{"id":"1"},');
    const merging = exportTables(context(folder), async (exports) => {
      exports.declare(plain, { merge: true });
    });
    await expect(merging).rejects.toThrow('data_plain.json: ends in the middle');
    expect(readdirSync(folder)).toEqual(['data_plain.json']);
  });

  it('takes a key for known by its plain and by its encrypted form', async () => {
    const folder = temporaryFolder();
    const salts = { salt: 'salt', pepper: 'pepper' };
    const people = table('people', { key: ['id'], encrypt: ['id'] });
    const pseudonym = encrypt('jan', salts);
    await exportTables(context(folder, new Pseudonymiser({ salts, usernames: [] })), async (exports) => {
      const producer = exports.producer();
      expect(producer.write({ table: people, row: { id: 'jan' } })).toBe(true);
      expect(producer.write({ table: people, row: { id: 'jan' } })).toBe(false);
      expect(producer.write({ table: people, row: { id: pseudonym, encrypted: '1' } })).toBe(false);
      await producer.complete();
    });
    expect(rows(folder, people)).toEqual([{ id: pseudonym, encrypted: '1' }]);
  });

  it('refuses rows without the shape of the table, and keeps odd values', async () => {
    const folder = temporaryFolder();
    await exportTables(context(folder), async (exports) => {
      const producer = exports.producer();
      expect(() => producer.write({ table: plain, row: { other: '1' } })).toThrow('row of the table plain: id');
      expect(() => producer.write({ table: keyed, row: { id: null } })).toThrow('id');
      expect(producer.write({ table: plain, row: { id: 'x'.repeat(3000) } })).toBe(true);
      await producer.complete();
    });
    expect(rows(folder, plain)).toHaveLength(1);
  });

  it('names the folder that cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(ExportSet.open(context(join(folder, 'file')))).rejects.toThrow(`${folder}/file: cannot create`);
  });

  it('clears away files of killed runs, finishes what they began to commit, and leaves other files alone', async () => {
    const folder = temporaryFolder();
    const dead = '4194304-0123456789ab';
    const alive = `${process.ppid}-0123456789ab`;
    mkdirSync(join(folder, '.folder'));
    for (const name of [`.data_a.json.${dead}-1.partial`, `.data_b.json.${dead}-2.partial`, `.c.${alive}-1.partial`]) {
      writeFileSync(join(folder, name), name);
    }
    const journal = [{ from: `.data_b.json.${dead}-2.partial`, to: 'data_b.json' }];
    writeFileSync(join(folder, `.export.${dead}-3.commit`), JSON.stringify(journal));
    await ExportSet.open(context(folder));
    expect(readdirSync(folder).sort()).toEqual([`.c.${alive}-1.partial`, '.folder', 'data_b.json'].sort());
  });

  it('does not follow a journal out of the folder', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'export'));
    writeFileSync(join(folder, 'secret'), 'kept');
    const journal = [{ from: '../secret', to: 'data_b.json' }];
    writeFileSync(join(folder, 'export', '.export.4194304-0123456789ab-3.commit'), JSON.stringify(journal));
    await ExportSet.open(context(join(folder, 'export')));
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('kept');
    expect(readdirSync(join(folder, 'export'))).toEqual([]);
  });
});
