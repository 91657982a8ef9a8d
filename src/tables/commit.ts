import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeFileAtomically } from '../config/atomic-file.js';
import { exportError } from './errors.js';

/** Tells this process from an earlier one with the same id, as in a container that was started again. */
const PROCESS_TOKEN = randomBytes(6).toString('hex');
const UNFINISHED = /^\..+\.(\d+)-([0-9a-f]{12})-\d+\.(partial|commit)(\.\d+-[0-9a-f]{8}\.tmp)?$/;

/** Journals that this process could not finish. */
const abandoned = new Set<string>();

let counter = 0;

/** Hidden name for a file that is not finished; tells which process works on it. */
export function unfinishedPath(folder: string, file: string, kind: 'partial' | 'commit'): string {
  counter += 1;
  return join(folder, `.${file}.${process.pid}-${PROCESS_TOKEN}-${counter}.${kind}`);
}

const fileName = z.string().refine((name) => name !== '' && name === basename(name) && name !== '..' && name !== '.');
const journalSchema = z.array(z.object({ from: fileName, to: fileName }));

/** A finished file under its unfinished name, and the name it gets; both without folder. */
export type Renaming = z.output<typeof journalSchema>[number];

/**
 * Writes down which finished files are to be put in place. Killed before, the old files stay; killed after,
 * {@link recoverFolder} does the rest, so that nobody who calls it first finds a mixture of old and new.
 *
 * @throws {ExportError}
 * @returns the journal that it is written in
 */
export async function beginCommit(folder: string, renamings: readonly Renaming[]): Promise<string> {
  const journal = unfinishedPath(folder, 'export', 'commit');
  try {
    await writeFileAtomically(journal, JSON.stringify(renamings), 0o600);
    return journal;
  } catch (error) {
    throw exportError(folder, 'commit the export', error);
  }
}

/**
 * Finishes what a killed process had begun to put in place, and deletes the rest of what it left. Files of processes
 * that live are left alone.
 *
 * @throws {ExportError} where the folder cannot be read or written
 */
export async function recoverFolder(folder: string): Promise<void> {
  try {
    const stale = (await readdir(folder)).filter(isStale);
    for (const name of stale.filter((name) => name.endsWith('.commit'))) {
      await replayJournal(folder, join(folder, name));
    }
    for (const name of stale) {
      await rm(join(folder, name), { force: true });
    }
  } catch (error) {
    throw exportError(folder, 'clean up after a run that was killed', error);
  }
}

async function replayJournal(folder: string, journal: string): Promise<void> {
  const parsed = journalSchema.safeParse(parseJson(await readFile(journal, 'utf8')));
  if (parsed.success) {
    await finishCommit(folder, journal, parsed.data);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Puts the files of a journal in place, in its order; those that are there already are passed over.
 *
 * @throws {ExportError} the journal then stays for {@link recoverFolder}
 */
export async function finishCommit(folder: string, journal: string, renamings: readonly Renaming[]): Promise<void> {
  for (const { from, to } of renamings) {
    try {
      await rename(join(folder, from), join(folder, to));
    } catch (error) {
      const isDone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isDone) {
        abandoned.add(basename(journal));
        throw exportError(join(folder, to), 'put in place', error);
      }
    }
  }
  await syncFolder(folder);
  await rm(journal, { force: true });
}

function isStale(name: string): boolean {
  const [, pid, token] = UNFINISHED.exec(name) ?? [];
  if (abandoned.has(name)) {
    return true;
  }
  return pid !== undefined && token !== PROCESS_TOKEN && (Number(pid) === process.pid || !isAlive(Number(pid)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Deletes finished files that will not be put in place. */
export async function removeUnfinished(folder: string, renamings: readonly Renaming[]): Promise<void> {
  await Promise.all(renamings.map(({ from }) => rm(join(folder, from), { force: true }).catch(() => undefined)));
}
