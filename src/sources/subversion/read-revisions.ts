import { mapAhead } from '../../http/ahead.js';
import type { ChangeType, Difference } from '../../svn/diff-parser.js';
import { type LogEntry, readLog } from '../../svn/log.js';
import { askChangeTypes, compareRevisions, type Trunk } from './compare.js';
import type { SubversionOptions } from './options.js';

/** A revision with what it did. */
export interface Revision {
  readonly entry: LogEntry;
  /** Undefined without statistics. */
  readonly difference?: Difference;
  /** Change types by path, where they were asked for. */
  readonly types?: ReadonlyMap<string, ChangeType>;
}

/** Entries of the log that are held at once. */
const batchSize = 1_000;

/** Revisions that are compared together. */
const groupSize = 20;

/** Groups that are compared ahead of the one that is given. */
const ahead = 16;

/**
 * The revisions that changed the trunk, the oldest first.
 *
 * @throws {SvnError}
 */
export async function* readRevisions(trunk: Trunk, options: SubversionOptions, from: number): AsyncGenerator<Revision> {
  const { connection, url, youngest } = trunk;
  let next = from;
  while (next <= youngest) {
    const entries = await readLog(connection, url, { from: next, to: youngest, limit: batchSize });
    const wanted = entries.filter((entry) => isWanted(entry, options));
    for await (const group of mapAhead(groups(wanted), ahead, (group) => readGroup(trunk, options, group)))
      yield* group;
    const last = entries.at(-1);
    if (last === undefined || entries.length < batchSize) return;
    next = last.revision + 1;
  }
}

function isWanted({ date }: LogEntry, { fromDate }: SubversionOptions): boolean {
  return fromDate === undefined || date === undefined || date >= fromDate;
}

function* groups(entries: readonly LogEntry[]): Generator<readonly LogEntry[]> {
  for (let start = 0; start < entries.length; start += groupSize) yield entries.slice(start, start + groupSize);
}

async function readGroup(
  trunk: Trunk,
  { statistics, corrections }: SubversionOptions,
  entries: readonly LogEntry[],
): Promise<readonly Revision[]> {
  if (!statistics) return entries.map((entry) => ({ entry }));
  const differences = await compareRevisions(trunk, entries);
  const revisions = entries.map(async (entry): Promise<Revision> => {
    const difference = differences.get(entry.revision) ?? { files: [], size: 0 };
    const isUntold = entry.deletes || difference.files.some(({ type }) => type === undefined);
    if (!corrections || !isUntold) return { entry, difference };
    const types = await askChangeTypes(trunk, entry.revision);
    return { entry, difference: withDeleted(difference, types), types };
  });
  return Promise.all(revisions);
}

/** Svn prints nothing of a deleted file that was empty, and was written as such once more before. */
function withDeleted({ files, size }: Difference, types: ReadonlyMap<string, ChangeType>): Difference {
  const shown = new Set(files.map(({ path }) => path));
  const others = [...types].filter(([path, type]) => type === 'D' && !shown.has(path));
  const deleted = others.map(([path, type]) => ({ path, type, insertions: 0, deletions: 0 }));
  return { files: [...files, ...deleted], size };
}
