import { seats as seatsTable } from '../../tables/catalogue/organisation.js';
import type { TableRow } from '../../tables/definition.js';
import { formatFloat, parseFloatText } from '../../tables/python-float.js';
import { dateOf } from '../workbook/date.js';
import type { Cell, Sheet } from '../workbook/workbook.js';
import type { SeatsConfiguration } from './options.js';

/** Seats by month, a moment in milliseconds. */
type Months = Map<number, number>;

/** Seats by the name of a row. A name that comes again takes the place of what it had in the same months. */
export type Teams = Map<string, Months>;

interface Column {
  readonly column: number;
  readonly month: number;
}

/** Told of a cell that cannot be read, by its row and column. */
export type OnMalformed = (row: number, column: number, what: string) => void;

/**
 * Adds the seats of a sheet.
 *
 * @param until months after this moment are left out, with all columns behind them
 */
export function readTeams(
  sheet: Sheet,
  { until, teams, onMalformed }: { until: number | undefined; teams: Teams; onMalformed: OnMalformed },
  configuration: Pick<SeatsConfiguration, 'prefixes' | 'ignore'>,
): void {
  const columns = monthColumns(sheet, until, onMalformed);
  for (let row = 1; row < sheet.rows; row += 1) {
    const name = textOf(sheet.cell(row, 0));
    if (name === '') continue;
    if (configuration.ignore.some((start) => name.startsWith(start))) return;
    const prefix = configuration.prefixes.find((start) => name.startsWith(start)) ?? '';
    const team = name.slice(prefix.length);
    const months = teams.get(team) ?? new Map<number, number>();
    teams.set(team, months);
    for (const { column, month } of columns) {
      months.set(
        month,
        readSeats(sheet.cell(row, column), () => onMalformed(row, column, 'number of seats')),
      );
    }
  }
}

function monthColumns(sheet: Sheet, until: number | undefined, onMalformed: OnMalformed): readonly Column[] {
  const columns: Column[] = [];
  for (let column = 1; column < sheet.columns; column += 1) {
    const cell = sheet.cell(0, column);
    if (cell === undefined || cell === '') continue;
    const month = typeof cell === 'number' ? dateOf(cell, sheet.since1904) : undefined;
    if (month === undefined) onMalformed(0, column, 'month');
    else if (until !== undefined && month > until) return columns;
    else columns.push({ column, month });
  }
  return columns;
}

function readSeats(cell: Cell, onMalformed: () => void): number {
  if (cell === undefined || cell === '') return 0;
  const seats = typeof cell === 'string' ? parseFloatText(cell) : Number(cell);
  if (seats !== undefined) return seats;
  onMalformed();
  return 0;
}

function textOf(cell: Cell): string {
  return cell === undefined ? '' : String(cell);
}

/** The rows of a project: of each month the sum of its shares. */
export function* seatRows(
  teams: Teams,
  projects: SeatsConfiguration['projects'],
  project: string,
): Generator<TableRow> {
  const sums = new Map<string, number>();
  for (const [name, months] of teams) {
    const keys = projects.get(name) ?? [];
    if (!keys.includes(project)) continue;
    for (const [moment, seats] of months) {
      const month = new Date(moment).toISOString().slice(0, 'YYYY-MM'.length);
      sums.set(month, seats / keys.length + (sums.get(month) ?? 0));
    }
  }
  for (const [month, seats] of sums) yield { table: seatsTable, row: { month, seats: formatFloat(seats) } };
}
