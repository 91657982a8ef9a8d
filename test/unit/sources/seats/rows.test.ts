import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForecastFormat } from '../../../../src/sources/seats/forecast.js';
import { readTeams, seatRows, type Teams } from '../../../../src/sources/seats/rows.js';
import { dateOf } from '../../../../src/sources/workbook/date.js';
import type { Cell, Sheet } from '../../../../src/sources/workbook/workbook.js';

const january = 45_292;

function sheetOf(rows: readonly (readonly Cell[])[], since1904 = false): Sheet {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return { rows: rows.length, columns, cell: (row, column) => rows[row]?.[column], since1904 };
}

function seatsOf(rows: readonly (readonly Cell[])[], until?: number) {
  const teams: Teams = new Map();
  const malformed: string[] = [];
  const onMalformed = (row: number, column: number, what: string) => malformed.push(`${row},${column}: ${what}`);
  readTeams(sheetOf(rows), { until, teams, onMalformed }, { prefixes: ['Team ', 'Te'], ignore: ['Sum'] });
  return { teams, malformed };
}

describe('the seats of a sheet', () => {
  it('are read by name and month until the sheet is over', () => {
    const { teams, malformed } = seatsOf([
      ['Team', january, '', january + 31, 'Sum'],
      ['Team A', 1, 9, '2.5'],
      [undefined, 7, 7, 7],
      ['A', 2, 9, undefined],
      [5, 'x', 9, true],
      ['Summary', 1, 1, 1],
      ['B', 1, 1, 1],
    ]);
    const months = [Date.UTC(2024, 0, 1), Date.UTC(2024, 1, 1)];
    const seats = (team: string) => months.map((month) => teams.get(team)?.get(month));
    expect([...teams.keys()]).toEqual(['A', '5']);
    expect([seats('A'), seats('5')]).toEqual([
      [2, 0],
      [0, 1],
    ]);
    expect(malformed).toEqual(['0,4: month', '4,1: number of seats']);
  });

  it('end with the last month before the forecast', () => {
    const { teams } = seatsOf(
      [
        ['', january, january + 60, january + 31],
        ['A', 1, 2, 3],
      ],
      Date.UTC(2024, 1, 15),
    );
    expect([...(teams.get('A')?.values() ?? [])]).toEqual([1]);
  });

  it('are shared by projects, and added up', () => {
    const { teams } = seatsOf([
      ['', january, january + 14],
      ['A', 1, 2],
      ['B', 0.5, 1],
      ['C', 100, 100],
    ]);
    const projects = new Map([
      ['A', ['TEST', 'OTHER', 'THIRD']],
      ['B', ['TEST']],
      ['C', ['OTHER']],
    ]);
    expect([...seatRows(teams, projects, 'TEST')].map(({ row }) => row)).toEqual([{ month: '2024-01', seats: '2.5' }]);
    expect([...seatRows(teams, projects, 'NONE')]).toEqual([]);
  });
});

describe('a number of days', () => {
  it.each([
    [1, false, '1900-01-01T00:00:00.000Z'],
    [59, false, '1900-02-28T00:00:00.000Z'],
    [61, false, '1900-03-01T00:00:00.000Z'],
    [45_292.5, false, '2024-01-01T12:00:00.000Z'],
    [43_830, true, '2024-01-01T00:00:00.000Z'],
    [2_958_465, false, '9999-12-31T00:00:00.000Z'],
  ])('is a date: %d', (days, since1904, date) => {
    expect(new Date(dateOf(days, since1904) ?? Number.NaN).toISOString()).toBe(date);
  });

  it('is a date or none, whatever it is', () => {
    fc.assert(
      fc.property(fc.double(), fc.boolean(), (days, since1904) => {
        const date = dateOf(days, since1904);
        if (date !== undefined) expect(new Date(date).toISOString()).toMatch(/^\d{4}-/);
      }),
    );
  });
});

describe('the date in the name of a file', () => {
  it.each([
    ['Seats_%Y-%m-%d.xlsx', 'Seats_2024-04-15.xlsx', '2024-04-15'],
    ['Seats_%Y-%m-%d.xlsx', 'seats_2024-4-5.XLSX', '2024-04-05'],
    ['%d %B %y.xls', '15 april 24.xls', '2024-04-15'],
    ['%b-%Y (100%%).xls', 'Dec-1999 (100%).xls', '1999-12-01'],
    ['%Y.%j', '2024.366', '2024-12-31'],
  ])('by the format %s is in %s', (format, name, date) => {
    expect(parseForecastFormat(format, 'seats.yml')(name)).toBe(Date.parse(date));
  });

  it.each(['Seats_2024-02-30.xlsx', 'Seats_2024-13-01.xlsx', 'old/Seats_2024-04-15.xlsx', 'Seats_2024-04-15.xlsx.bak'])(
    'is not in %s',
    (name) => {
      expect(parseForecastFormat('Seats_%Y-%m-%d.xlsx', 'seats.yml')(name)).toBeUndefined();
    },
  );

  it.each(['%Y-%Y', '%Q', 'Seats %'])('has no format %s', (format) => {
    expect(() => parseForecastFormat(format, 'seats.yml')).toThrow('seats.yml: option "filename"');
  });
});
