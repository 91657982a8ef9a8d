import { rm, statfs } from 'node:fs/promises';
import type { ImportJob, Store } from '../store/store.js';
import { listExport, locate } from './export-folder.js';
import { handBack } from './hand-back.js';
import { importExport } from './import-export.js';
import { verifyExport } from './verify.js';

interface Place {
  readonly store: Store;
  readonly dataFolder: string;
}

/**
 * Does one import, or what is left of it: rows and trackers in one transaction, then trackers back to the agent, then
 * the files removed. Each step may be repeated, so that a controller killed anywhere does it again from the start.
 *
 * @returns what an operator may want to know of an import that went well
 */
export async function runJob(
  { store, dataFolder }: Place,
  job: ImportJob,
  signal: AbortSignal,
): Promise<string | undefined> {
  const folder = locate(dataFolder, job.folder);
  const remark = job.committed ? job.message : await importFolder(store, job, folder, signal);
  await handBack(dataFolder, job, await store.trackers(job.project));
  await rm(folder, { recursive: true, force: true });
  return remark;
}

async function importFolder(
  store: Store,
  job: ImportJob,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const exported = await verifyExport(folder, job.project, await listExport(folder, store.tables));
  if (store.kind === 'pglite') {
    await checkSpace(folder, exported.bytes);
  }
  await store.runImport(job, (transaction) => importExport(transaction, exported, signal));
  return exported.unknown.length > 0 ? `ignored ${exported.unknown.join(', ')}` : undefined;
}

/** Rows and their indexes, and the log of the transaction, take several times the space of the exported text. */
const SPACE_FACTOR = 4;
const SPACE_RESERVE = 48 * 1024 * 1024;

/** A full disk stops the embedded database altogether: an import that may fill it is not begun. */
async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = bytes * SPACE_FACTOR + SPACE_RESERVE;
  if (bavail * bsize < needed) {
    const megabytes = (size: number): number => Math.ceil(size / 2 ** 20);
    throw new Error(
      `the disk is full: ${megabytes(bavail * bsize)} MB are free, and this import may take ${megabytes(needed)} MB; free some space and have it repeated`,
    );
  }
}
