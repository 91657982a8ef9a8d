import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportJob, Store } from '../store/store.js';
import { listExport, locate, SCRAPE_LOG } from './export-folder.js';
import { handBack, ownFolder } from './hand-back.js';
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
  await keepLog(dataFolder, folder, job.project);
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
  await store.runImport(job, (transaction) => importExport(transaction, exported, signal));
  return exported.unknown.length > 0 ? `ignored ${exported.unknown.join(', ')}` : undefined;
}

/** The log of the scrape outlives the export, in `<dataFolder>/projects/<PROJECT>/`. */
async function keepLog(dataFolder: string, folder: string, project: string): Promise<void> {
  const log = join(folder, SCRAPE_LOG);
  const present = await access(log).then(
    () => true,
    () => false,
  );
  if (present) {
    const target = await ownFolder(dataFolder, ['projects', project]);
    await rename(log, join(target, SCRAPE_LOG));
  }
}
