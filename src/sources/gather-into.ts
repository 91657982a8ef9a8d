import type { Logger } from '../log/logger.js';
import type { TableRow, TableRows } from '../tables/definition.js';
import { RowError } from '../tables/errors.js';
import type { ExportSet, RowProducer } from '../tables/export-set.js';
import { StartOver } from './source.js';

export interface Gathered<Result> {
  /** What the rows ended with, such as new values of trackers. */
  readonly result: Result;
  /** Rows per name of a table. */
  readonly rows: ReadonlyMap<string, number>;
}

/** Whose rows they are. */
export interface GatherScope {
  /** For messages. */
  readonly name: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Gathers one source into an export: all of its rows, or none where it fails. A row that does not fit its table is
 * left out with a line in the log. A source whose rows turn out to be void gathers once more.
 *
 * @param gather begins the rows of the source
 * @throws what the source throws, and ExportError where the disk refuses
 */
export async function gatherInto<Result>(
  exports: ExportSet,
  gather: () => AsyncGenerator<TableRows, Result>,
  scope: GatherScope,
): Promise<Gathered<Result>> {
  try {
    return await gatherOnce(exports, gather(), scope);
  } catch (error) {
    if (!(error instanceof StartOver)) throw error;
    scope.log.warn(`${scope.name}: ${error.message}`);
    return gatherOnce(exports, gather(), scope);
  }
}

async function gatherOnce<Result>(
  exports: ExportSet,
  rows: AsyncGenerator<TableRows, Result>,
  scope: GatherScope,
): Promise<Gathered<Result>> {
  const producer = exports.producer();
  try {
    const gathered = await fill(producer, rows, scope);
    await producer.complete();
    return gathered;
  } catch (error) {
    await producer.discard();
    throw error;
  }
}

async function fill<Result>(
  producer: RowProducer,
  rows: AsyncGenerator<TableRows, Result>,
  { log, signal, name }: GatherScope,
): Promise<Gathered<Result>> {
  const counts = new Map<string, number>();
  const ended: Result[] = [];
  for await (const some of endingWith(rows, (result) => ended.push(result))) {
    signal.throwIfAborted();
    for (const row of 'table' in some ? [some] : some) {
      const table = row.table.name;
      if (writeRow(producer, row, log, name)) counts.set(table, (counts.get(table) ?? 0) + 1);
      if (producer.isBehind) await producer.settle();
    }
  }
  const [result] = ended;
  if (result === undefined) throw new Error(`${name} ended without a result`);
  return { result, rows: counts };
}

/** Rows to be read by a loop, which closes them where it is left and does not see what they end with. */
async function* endingWith<Result>(
  rows: AsyncGenerator<TableRows, Result>,
  end: (result: Result) => void,
): AsyncGenerator<TableRows> {
  end(yield* rows);
}

function writeRow(producer: RowProducer, row: TableRow, log: Logger, source: string): boolean {
  try {
    return producer.write(row);
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    log.error(`${source}: a row is left out: ${error.message}`);
    return false;
  }
}
