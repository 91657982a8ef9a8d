import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GuildsConfiguration } from '../../../../src/sources/guilds/options.js';
import { guildRows } from '../../../../src/sources/guilds/rows.js';
import type { Cell, Sheet } from '../../../../src/sources/workbook/workbook.js';

const configuration: GuildsConfiguration = {
  columns: new Map<string, GuildsConfiguration['columns'] extends ReadonlyMap<string, infer Column> ? Column : never>([
    ['Week', { part: { type: 'week' } }],
    ['Mo', { part: { type: 'weekday', value: 1 } }],
    ['Date', { part: { type: 'date' } }],
    ['Subject', { type: 'topic', person: false }],
    ['Notes', { type: 'notes', person: false }],
  ]),
  placeholders: new Map([
    ['topic', ['later']],
    ['notes', ['none']],
  ]),
};

function rowsOf(rows: readonly (readonly Cell[])[], year = 2024) {
  const all: readonly (readonly Cell[])[] = [[], [], ['', 'Week', 'Mo', 'Date', 'Subject', 'Notes', 'Other'], ...rows];
  const sheet: Sheet = { rows: all.length, columns: 7, cell: (row, column) => all[row]?.[column], since1904: false };
  return [...guildRows(sheet, year, configuration)];
}

describe('the meetings of a sheet', () => {
  it.each([
    [2024, 1, '2024-01-01'],
    [2024, 0, '2024-01-01'],
    [2023, 0, '2022-12-26'],
    [2023, 1, '2023-01-02'],
    [2021, 10, '2021-03-08'],
    [2024, '12', '2024-03-18'],
  ])('of %d in week %s on Monday are on %s', (year, week, date) => {
    expect(rowsOf([[undefined, week, 'x', undefined, 'Topic', 5]], year)).toEqual([
      { topic: 'Topic', notes: '5', date: `${date} 00:00:00` },
    ]);
  });

  it.each([
    ['no topic', [undefined, 1, 'x', undefined, undefined]],
    ['a topic that stands for nothing', [undefined, 1, 'x', undefined, 'to be told later']],
    ['no day', [undefined, 1, undefined, undefined, 'Topic']],
    ['no week', [undefined, 'x', 'x', undefined, 'Topic']],
    ['a week that is none', [undefined, 54, 'x', undefined, 'Topic']],
    ['a date that is text', [undefined, undefined, undefined, '1 maart', 'Topic']],
  ])('are not there with %s', (_, row) => {
    expect(rowsOf([row])).toEqual([]);
  });

  it('have the date of a cell before that of a week, and empty notes for a placeholder', () => {
    expect(rowsOf([[undefined, 1, 45_300.5, undefined, ' Topic ', 'none yet']])).toEqual([
      { topic: 'Topic', notes: '', date: '2024-01-09 12:00:00' },
    ]);
  });

  it('have a date of the calendar, whatever the cells hold', () => {
    const cell = fc.oneof(
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(undefined),
      fc.integer({ min: -1, max: 60 }),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 7, maxLength: 7 }), (row) => {
        for (const { date } of rowsOf([row])) expect(date).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
      }),
    );
  });
});
