import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readRows } from '../../tables/reader.js';
import type { Row } from '../../tables/row.js';
import { checkRow } from '../../tables/row-check.js';
import type { ImportedTable, ImportTransaction } from '../store/store.js';
import type { ExportedDocument, ExportedTable, ExportFolder } from './export-folder.js';

/** A batch is written when it has this many rows, or about this many characters. */
const BATCH_ROWS = 2_000;
const BATCH_CHARACTERS = 2 * 1024 * 1024;

/**
 * Imports all tables, update trackers and documents of an export into a transaction.
 * @throws Error naming file, row and field where a row does not have the shape of its table
 */
export async function importExport(
  transaction: ImportTransaction,
  { tables, documents }: ExportFolder,
  signal: AbortSignal,
): Promise<readonly ImportedTable[]> {
  const imported: ImportedTable[] = [];
  for (const exported of tables) {
    imported.push(await importTable(transaction, exported, signal));
  }
  if (!transaction.superseded) {
    for (const document of documents) {
      await importDocument(transaction, document);
    }
  }
  return imported;
}

/** Reads a batch while the one before is written. */
async function importTable(
  transaction: ImportTransaction,
  exported: ExportedTable,
  signal: AbortSignal,
): Promise<ImportedTable> {
  const total = { rows: 0, added: 0, changed: 0 };
  let writing = Promise.resolve();
  const write = async (batch: readonly Row[]): Promise<void> => {
    const { added, changed } = await transaction.writeRows(exported.table, batch);
    total.rows += batch.length;
    total.added += added;
    total.changed += changed;
  };
  try {
    for await (const batch of readBatches(exported)) {
      await writing;
      signal.throwIfAborted();
      writing = write(batch);
      // Seen at the next turn; without this the process would end where reading takes longer than failing.
      writing.catch(() => undefined);
    }
  } finally {
    await writing;
  }
  return { table: exported.table.name, ...total };
}

async function* readBatches(exported: ExportedTable): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = [];
  let characters = 0;
  let number = 0;
  for await (const row of readRows(exported.path)) {
    number += 1;
    checkShape(exported, row, number);
    batch.push(row);
    characters += sizeOf(row);
    if (batch.length >= BATCH_ROWS || characters >= BATCH_CHARACTERS) {
      yield batch;
      batch = [];
      characters = 0;
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}

/** A value of another form than expected is imported: upstream data is what it is. Only what has no place fails. */
function checkShape({ path, table }: ExportedTable, row: Row, number: number): void {
  const problem = checkRow(table, row).find(({ kind }) => kind === 'shape');
  if (problem !== undefined) {
    throw new Error(`${basename(path)}: row ${number}, field ${problem.field}: ${problem.message}`);
  }
}

function sizeOf(row: Row): number {
  let size = 0;
  for (const value of Object.values(row)) {
    size += typeof value === 'string' ? value.length : 8;
  }
  return size;
}

async function importDocument(transaction: ImportTransaction, exported: ExportedDocument): Promise<void> {
  const { path, file, kind, modified } = exported;
  const contents = await readFile(path, 'utf8');
  checkText(file, contents);
  const kept = { file, contents, updated: modified };
  await (kind === 'tracker' ? transaction.saveTracker(kept) : transaction.saveDocument(kept));
}

/** What is no JSON would stop the agent at its next scrape, when it is handed back. */
function checkText(file: string, contents: string): void {
  if (contents.includes('\0')) {
    throw new Error(`${file}: is not text`);
  }
  if (file.endsWith('.json')) {
    try {
      JSON.parse(contents);
    } catch (error) {
      throw new Error(`${file}: is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
