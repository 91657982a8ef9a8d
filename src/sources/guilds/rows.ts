import type { Row } from '../../tables/row.js';
import { dateOf } from '../workbook/date.js';
import type { Cell, Sheet } from '../workbook/workbook.js';
import type { DateColumn, FieldColumn, GuildsConfiguration } from './options.js';

/** Where the table begins: the row with the names of its columns, and the first column. */
const start = { row: 2, column: 1 } as const;

const msPerDay = 86_400_000;

interface DateParts {
  date?: number;
  week?: number;
  weekday?: number;
}

/**
 * The rows of a sheet that have a date, and a topic where there is a column for it.
 *
 * @param year that weeks are counted in
 */
export function* guildRows(sheet: Sheet, year: number, configuration: GuildsConfiguration): Generator<Row> {
  const columns = findColumns(sheet, configuration);
  for (let row = start.row + 1; row < sheet.rows; row += 1) {
    const guild = readRow(sheet, row, { year, columns, placeholders: configuration.placeholders });
    if (guild !== undefined) yield guild;
  }
}

type Columns = ReadonlyMap<number, FieldColumn | DateColumn>;

function findColumns(sheet: Sheet, { columns }: GuildsConfiguration): Columns {
  const found = new Map<number, FieldColumn | DateColumn>();
  for (let column = start.column; column < sheet.columns; column += 1) {
    const known = columns.get(textOf(sheet.cell(start.row, column)));
    if (known !== undefined) found.set(column, known);
  }
  return found;
}

interface Reading extends Pick<GuildsConfiguration, 'placeholders'> {
  readonly year: number;
  readonly columns: Columns;
}

function readRow(sheet: Sheet, row: number, { year, columns, placeholders }: Reading): Row | undefined {
  const parts: DateParts = {};
  const fields: Record<string, string> = {};
  for (const [column, known] of columns) {
    const cell = sheet.cell(row, column);
    if ('part' in known) {
      readPart(parts, known.part, cell, sheet.since1904);
      continue;
    }
    const text = textOf(cell);
    const isEmpty = text === '' || (placeholders.get(known.type) ?? []).some((none) => text.includes(none));
    if (isEmpty && known.type === 'topic') return undefined;
    fields[known.type] = isEmpty ? '' : text.trim();
  }
  const date = parts.date ?? dateOfWeek(parts, year);
  return date === undefined ? undefined : { ...fields, date: formatMoment(date) };
}

/** A cell below a day of the week says that it is that day, or holds the date itself. */
function readPart(parts: DateParts, { type, value }: DateColumn['part'], cell: Cell, since1904: boolean): void {
  if (cell === undefined || cell === '') return;
  if (value !== undefined && type !== 'date') parts[type] = value;
  if (type === 'week') {
    const week = Number(cell);
    if (Number.isFinite(week)) parts.week = Math.trunc(week);
    return;
  }
  const date = typeof cell === 'number' ? dateOf(cell, since1904) : undefined;
  if (date !== undefined) parts.date = date;
}

/** A day of a week, by `%w` and `%W` of Python: week 1 begins on the first Monday, what is before it is week 0. */
function dateOfWeek({ week, weekday }: DateParts, year: number): number | undefined {
  if (week === undefined || weekday === undefined || week < 0 || week > 53 || weekday > 6) return undefined;
  const newYear = new Date(Date.UTC(year, 0, 1));
  const daysSinceMonday = (newYear.getUTCDay() + 6) % 7;
  const monday = week === 0 ? -daysSinceMonday : ((7 - daysSinceMonday) % 7) + 7 * (week - 1);
  return newYear.getTime() + (monday + ((weekday + 6) % 7)) * msPerDay;
}

function formatMoment(date: number): string {
  return new Date(Math.floor(date / 1000) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

function textOf(cell: Cell): string {
  return cell === undefined ? '' : String(cell);
}
