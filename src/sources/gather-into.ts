import type { Logger } from '../log/logger.js';
import type { TableRow } from '../tables/definition.js';
import { RowError } from '../tables/errors.js';
import type { ExportSet, RowProducer } from '../tables/export-set.js';
import { type GatherContext, type NewTrackerValues, type Source, StartOver, type TrackerValues } from './source.js';

export interface Gathered {
  readonly trackers: NewTrackerValues;
  /** Rows per name of a table. */
  readonly rows: ReadonlyMap<string, number>;
}

/**
 * Gathers one source into an export: all of its rows, or none where it fails. A row that does not fit its table is
 * left out with a line in the log. A source whose rows turn out to be void gathers once more.
 *
 * @throws what the source throws, and ExportError where the disk refuses
 */
export async function gatherInto<Context extends GatherContext>(
  exports: ExportSet,
  source: Source<Context>,
  context: Context,
  since: TrackerValues,
): Promise<Gathered> {
  try {
    return await gatherOnce(exports, source, context, since);
  } catch (error) {
    if (!(error instanceof StartOver)) throw error;
    context.log.warn(`${context.entry.name}: ${error.message}`);
    return gatherOnce(exports, source, context, since);
  }
}

async function gatherOnce<Context extends GatherContext>(
  exports: ExportSet,
  source: Source<Context>,
  context: Context,
  since: TrackerValues,
): Promise<Gathered> {
  const producer = exports.producer();
  const rows = source.gather(context, since);
  try {
    const gathered = await fill(producer, rows, context);
    await producer.complete();
    return gathered;
  } catch (error) {
    await rows.return({});
    await producer.discard();
    throw error;
  }
}

async function fill(
  producer: RowProducer,
  rows: AsyncGenerator<TableRow, NewTrackerValues>,
  { log, signal, entry }: GatherContext,
): Promise<Gathered> {
  const counts = new Map<string, number>();
  for (;;) {
    const next = await rows.next();
    if (next.done === true) return { trackers: next.value, rows: counts };
    signal.throwIfAborted();
    const { name } = next.value.table;
    if (await writeRow(producer, next.value, log, entry.name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}

async function writeRow(producer: RowProducer, row: TableRow, log: Logger, source: string): Promise<boolean> {
  try {
    return await producer.write(row);
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    log.error(`${source}: a row is left out: ${error.message}`);
    return false;
  }
}
