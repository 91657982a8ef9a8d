import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ColumnType, columnsOf, convert } from '../../../src/controller/store/columns.js';
import { identityOf, naturalKey } from '../../../src/controller/store/natural-keys.js';
import { rowKey } from '../../../src/controller/store/row-writer.js';
import type { TableDefinition } from '../../../src/tables/definition.js';
import { tables } from '../../../src/tables/index.js';

function find(name: string): TableDefinition {
  const table = tables.find((candidate) => candidate.name === name);
  if (table === undefined) {
    throw new Error(`no table ${name}`);
  }
  return table;
}

describe('columns', () => {
  it('have the types that the fields of the schema allow', () => {
    const types = Object.fromEntries(columnsOf(find('vcs_versions')).map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      version_id: 'text',
      message: 'text',
      type: 'text',
      commit_date: 'timestamp',
      author_date: 'timestamp',
      insertions: 'bigint',
      encrypted: 'bigint',
    });
  });

  it('exist for every table of the catalogue, under names that need no quotes', () => {
    const names = tables.flatMap((table) => columnsOf(table).map(({ name }) => name));
    expect(names.filter((name) => !/^[a-z_][a-z0-9_]*$/.test(name))).toEqual([]);
  });

  it('refuse a schema whose fields cannot be told', () => {
    expect(() => columnsOf({ ...find('tag'), row: z.record(z.string(), z.string()) })).toThrow('is no object');
    expect(() => columnsOf({ ...find('tag'), row: z.object({ 'a"b': z.string() }) })).toThrow('name of a column');
  });

  it.each<[ColumnType, string, string | null | false]>([
    ['timestamp', '2024-02-29 23:59:59', '2024-02-29 23:59:59'],
    ['timestamp', '2023-02-29 23:59:59', false],
    ['timestamp', '2024-02-29 24:00:00', false],
    ['timestamp', '0', null],
    ['timestamp', '2024-02-29T23:59:59+01:00', false],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', '2024-13-01', false],
    ['bigint', '12', '12'],
    ['bigint', 'null', null],
    ['bigint', '99999999999999999999', false],
    ['bigint', '1.5', false],
    ['double precision', ' 1.5e3', '1.5e3'],
    ['double precision', '1e999', false],
    ['double precision', 'NaN', false],
    ['boolean', 'true', 'true'],
    ['text', 'a\0b', 'a\ufffdb'],
    ['text', '', ''],
  ])('take as %s %j', (type, value, expected) => {
    expect(convert(value, type)).toEqual(expected === false ? { ok: false } : { ok: true, text: expected });
  });

  it('never pass on a timestamp that is no moment', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/), (text) => {
        const converted = convert(text, 'timestamp');
        const moment = new Date(`${text.replace(' ', 'T')}Z`);
        const real = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text.replace(' ', 'T'));
        expect(converted.ok).toBe(real && !text.startsWith('0000'));
      }),
    );
  });
});

describe('natural keys', () => {
  it('hold the repository where the key is one among the rows of a repository', () => {
    expect(naturalKey(find('tag'))).toEqual(['repo_name', 'tag_name']);
    expect(naturalKey(find('change_path'))).toEqual(['repo_name', 'version_id', 'file']);
    expect(naturalKey(find('issue_component'))).toEqual(['issue_id', 'component_id']);
    expect(naturalKey(find('vcs_event'))).toEqual([]);
  });

  it('name fields of their tables', () => {
    for (const table of tables) {
      const fields = columnsOf(table).map(({ field }) => field);
      expect(fields).toEqual(expect.arrayContaining([...naturalKey(table)]));
    }
  });

  it('take the whole row where a part of the key is missing', () => {
    expect(identityOf({ name: 'a', x: '1' }, ['name'])).toEqual(['a']);
    expect(identityOf({ x: '1', b: '2' }, ['name'])).toEqual([
      'row',
      [
        ['b', '2'],
        ['x', '1'],
      ],
    ]);
  });

  it('tell rows apart exactly where their values differ', () => {
    const row = fc.record({ a: fc.string(), b: fc.string() });
    fc.assert(
      fc.property(row, row, (one, other) => {
        const same = one.a === other.a && one.b === other.b;
        expect(rowKey(one, ['a', 'b']) === rowKey(other, ['a', 'b'])).toBe(same);
        expect(rowKey(one, ['a', 'b'])).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });
});
