import { readFile, stat } from 'node:fs/promises';
import { type CellObject, read, type WorkBook, type WorkSheet } from '@e965/xlsx';
import { InputError } from '../input-file.js';
import { ArchiveError, unfold } from './archive.js';

/** Far more than any list that people keep. */
const limits = { bytes: 16 * 1024 * 1024, rows: 10_000, columns: 1000 } as const;

const zipMark = Buffer.from('PK\x03\x04');
const compoundMark = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** What a cell shows: of a formula, the value that it had when the workbook was saved. Undefined where it is empty. */
export type Cell = string | number | boolean | undefined;

/** A sheet of a workbook; rows and columns count from 0. */
export interface Sheet {
  readonly rows: number;
  readonly columns: number;
  readonly cell: (row: number, column: number) => Cell;
  /** Days are counted from 1904, as Excel for the Macintosh did, and not from 1900. */
  readonly since1904: boolean;
}

/**
 * Reads a sheet of a workbook in the format XLS (Excel 97 to 2003) or XLSX. Formulas are not reckoned, links not
 * followed, and macros not run.
 *
 * @param sheet its name, or its position from 0
 * @throws {InputError} where the file is no workbook, is far too large, or lacks the sheet
 */
export async function readSheet(file: string, sheet: string | number): Promise<Sheet> {
  const { size } = await stat(file);
  if (size > limits.bytes) throw new InputError(file, `is larger than ${limits.bytes / 1024 / 1024} MB`);
  const workbook = parse(file, await uncompressed(file, await readFile(file)), sheet);
  const names = workbook.SheetNames;
  const name = typeof sheet === 'number' ? names[sheet] : names.find((candidate) => candidate === sheet);
  const found = name === undefined ? undefined : workbook.Sheets[name];
  if (found === undefined) {
    throw new InputError(file, `has no sheet ${typeof sheet === 'number' ? sheet + 1 : `"${sheet}"`}`);
  }
  return asSheet(file, found, workbook.Workbook?.WBProps?.date1904 === true);
}

async function uncompressed(file: string, bytes: Buffer): Promise<Buffer> {
  if (bytes.subarray(0, compoundMark.length).equals(compoundMark)) return bytes;
  if (!bytes.subarray(0, zipMark.length).equals(zipMark)) {
    throw new InputError(file, 'is no workbook; expected the format XLS (Excel 97 to 2003) or XLSX');
  }
  try {
    return await unfold(bytes);
  } catch (error) {
    if (error instanceof ArchiveError) throw new InputError(file, error.message, error);
    throw error;
  }
}

function parse(file: string, bytes: Buffer, sheet: string | number): WorkBook {
  try {
    return read(bytes, {
      ...{ type: 'buffer', dense: true, sheets: sheet, sheetRows: limits.rows + 1 },
      ...{ cellFormula: false, cellHTML: false, cellText: false, cellDates: false },
    });
  } catch (error) {
    throw new InputError(file, 'cannot be read as a workbook; is it damaged, or protected by a password?', error);
  }
}

function asSheet(file: string, sheet: WorkSheet, since1904: boolean): Sheet {
  const data: readonly (readonly (CellObject | undefined)[] | undefined)[] = sheet['!data'] ?? [];
  let columns = 0;
  for (const row of data) columns = Math.max(columns, row?.length ?? 0);
  if (data.length > limits.rows) throw new InputError(file, `has a sheet with more than ${limits.rows} rows`);
  if (columns > limits.columns) throw new InputError(file, `has a sheet with more than ${limits.columns} columns`);
  return { rows: data.length, columns, cell: (row, column) => shownIn(data[row]?.[column]), since1904 };
}

function shownIn(cell: CellObject | undefined): Cell {
  if (cell === undefined || cell.t === 'e' || cell.t === 'z') return undefined;
  return cell.v instanceof Date ? undefined : cell.v;
}
