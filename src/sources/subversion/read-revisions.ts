import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { mapAhead } from '../../http/ahead.js';
import type { Logger } from '../../log/logger.js';
import { readChangeTypes, readDifference } from '../../svn/diff.js';
import type { ChangeType, Difference } from '../../svn/diff-parser.js';
import { type LogEntry, readLog } from '../../svn/log.js';
import { type SvnConnection, SvnError } from '../../svn/run.js';
import { isRefused, mayPass } from './errors.js';
import type { SubversionOptions } from './options.js';

/** A revision with what it did. */
export interface Revision {
  readonly entry: LogEntry;
  /** Undefined without statistics. */
  readonly difference?: Difference;
  /** Change types by path, where they were asked for. */
  readonly types?: ReadonlyMap<string, ChangeType>;
}

export interface Trunk {
  readonly connection: SvnConnection;
  readonly url: string;
  /** The youngest revision of the repository when it was first asked: nothing after it is read. */
  readonly youngest: number;
  readonly options: SubversionOptions;
  readonly log: Logger;
}

/** Entries of the log that are held at once. */
const batchSize = 1_000;

/** Commands that compare revisions at once, of all repositories together. A server is waited for most of the time. */
const comparisons = pLimit(Math.max(8, 2 * availableParallelism()));

/** Revisions that are compared ahead of the one that is given. */
const ahead = 64;

/** Milliseconds before a comparison whose connection failed is tried again. */
const pauses: readonly number[] = [500, 2_000, 8_000];

const nothing: Difference = { files: [], size: 0 };

/**
 * The revisions that changed the trunk, the oldest first.
 *
 * @throws {SvnError}
 */
export async function* readRevisions(trunk: Trunk, from: number): AsyncGenerator<Revision> {
  const { connection, url, youngest, options } = trunk;
  let next = from;
  while (next <= youngest) {
    const entries = await readLog(connection, url, { from: next, to: youngest, limit: batchSize });
    const wanted = entries.filter((entry) => isWanted(entry, options));
    yield* mapAhead(wanted, ahead, (entry) => readRevision(trunk, entry));
    const last = entries.at(-1);
    if (last === undefined || entries.length < batchSize) return;
    next = last.revision + 1;
  }
}

function isWanted({ date }: LogEntry, { fromDate }: SubversionOptions): boolean {
  return fromDate === undefined || date === undefined || date >= fromDate;
}

async function readRevision(trunk: Trunk, entry: LogEntry): Promise<Revision> {
  const { statistics, corrections } = trunk.options;
  if (!statistics) return { entry };
  if (!entry.changesContents) return { entry, difference: nothing };
  const difference = await compare(trunk, entry, readDifference, nothing);
  const isUntold = difference.files.some(({ type }) => type === undefined);
  if (!corrections || !isUntold) return { entry, difference };
  return { entry, difference, types: await compare(trunk, entry, readChangeTypes, new Map()) };
}

type Comparison<Result> = (connection: SvnConnection, url: string, peg: number, revision: number) => Promise<Result>;

/** Asks once more where the connection failed. A revision that svn cannot compare costs only its own statistics. */
async function compare<Result>(
  trunk: Trunk,
  { revision }: LogEntry,
  ask: Comparison<Result>,
  otherwise: Result,
): Promise<Result> {
  const { connection, url, youngest, log } = trunk;
  for (let tries = 0; ; tries += 1) {
    try {
      return await comparisons(() => {
        connection.signal.throwIfAborted();
        return ask(connection, url, youngest, revision);
      });
    } catch (error) {
      if (!(error instanceof SvnError) || error.exitCode === null || isRefused(error)) throw error;
      const pause = pauses[tries];
      if (!mayPass(error)) {
        log.warn(`Revision ${revision} is exported without statistics: ${error.message}`);
        return otherwise;
      }
      if (pause === undefined) throw error;
      await sleep(pause, undefined, { signal: connection.signal });
    }
  }
}
