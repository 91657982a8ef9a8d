import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from '../../log/logger.js';
import { readChangeTypes, readDifference, readPlainDifferences } from '../../svn/diff.js';
import type { ChangeType, Difference } from '../../svn/diff-parser.js';
import type { LogEntry } from '../../svn/log.js';
import { type SvnConnection, SvnError } from '../../svn/run.js';
import { isRefused, mayPass } from './errors.js';

/** The trunk of a project, as it is asked for. */
export interface Trunk {
  readonly connection: SvnConnection;
  readonly url: string;
  /** The youngest revision of the repository when it was first asked: nothing after it is read. */
  readonly youngest: number;
  readonly log: Logger;
}

/** Commands that compare revisions at once, of all repositories together. A server is waited for most of the time. */
const commands = pLimit(Math.max(8, 2 * availableParallelism()));

/** Milliseconds before a comparison whose connection failed is tried again. */
const pauses: readonly number[] = [500, 2_000, 8_000];

const nothing: Difference = { files: [], size: 0 };

/**
 * What revisions did to the contents of files, with as few commands as are right.
 *
 * @throws {SvnError} where the repository is not reached any more
 */
export async function compareRevisions(
  trunk: Trunk,
  entries: readonly LogEntry[],
): Promise<ReadonlyMap<number, Difference>> {
  const plain = entries.filter(({ changes }) => changes === 'plain').map(({ revision }) => revision);
  const together = plain.length < 2 ? new Map<number, Difference>() : await compareTogether(trunk, plain);
  const differences = entries.map(async ({ revision, changes }) => {
    if (changes === 'none') return [revision, nothing] as const;
    return [revision, together.get(revision) ?? (await compareOne(trunk, revision))] as const;
  });
  return new Map(await Promise.all(differences));
}

/** Change types of the files of a revision by path, also of those without lines. */
export function askChangeTypes(trunk: Trunk, revision: number): Promise<ReadonlyMap<string, ChangeType>> {
  return ask(trunk, revision, () => readChangeTypes(trunk.connection, trunk.url, trunk.youngest, revision), new Map());
}

/** Nothing where that fails: each is then asked for by itself, so that one costs no other. */
async function compareTogether(trunk: Trunk, revisions: readonly number[]): Promise<ReadonlyMap<number, Difference>> {
  const { connection, url, youngest, log } = trunk;
  try {
    return await limited(trunk, () => readPlainDifferences(connection, url, youngest, revisions));
  } catch (error) {
    if (!isOfOneCommand(error)) throw error;
    log.debug({ err: error }, 'Revisions are compared one by one');
    return new Map();
  }
}

function compareOne(trunk: Trunk, revision: number): Promise<Difference> {
  return ask(trunk, revision, () => readDifference(trunk.connection, trunk.url, trunk.youngest, revision), nothing);
}

/** Asks once more where the connection failed. A revision that svn cannot compare costs only its own statistics. */
async function ask<Result>(
  trunk: Trunk,
  revision: number,
  command: () => Promise<Result>,
  otherwise: Result,
): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await limited(trunk, command);
    } catch (error) {
      if (!isOfOneCommand(error)) throw error;
      if (!mayPass(error)) {
        trunk.log.warn(`Revision ${revision} is exported without statistics: ${error.message}`);
        return otherwise;
      }
      const pause = pauses[tries];
      if (pause === undefined) throw error;
      await sleep(pause, undefined, { signal: trunk.connection.signal });
    }
  }
}

function limited<Result>({ connection }: Trunk, command: () => Promise<Result>): Promise<Result> {
  return commands(() => {
    connection.signal.throwIfAborted();
    return command();
  });
}

/** Whether svn ended by itself, and not because it was stopped, is not there or may not log in. */
function isOfOneCommand(error: unknown): error is SvnError {
  return error instanceof SvnError && error.exitCode !== null && !isRefused(error);
}
