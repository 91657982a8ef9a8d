import { randomBytes } from 'node:crypto';
import { chmod, copyFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log/logger.js';
import { Folders, makePrivateFolder, PRIVATE_MODE } from './folders.js';
import { type Importer, startImporter } from './importer/importer.js';
import { openStore } from './store/open.js';
import type { ImportJob, Store, Tracker } from './store/store.js';

/** How often it is looked whether an import is done. */
const PAUSE_MILLISECONDS = 100;

export interface CentralStoreOptions {
  readonly dataFolder: string;
  /** PostgreSQL server in place of the embedded database. */
  readonly databaseUrl?: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

interface Parts {
  readonly store: Store;
  readonly importer: Importer;
  readonly folders: Folders;
  readonly signal: AbortSignal;
}

/** @throws StoreError where the database cannot be had, as while a controller has it that is not on a server */
export async function openCentralStore(options: CentralStoreOptions): Promise<CentralStore> {
  const { dataFolder, log, signal } = options;
  const folders = new Folders(dataFolder);
  await makePrivateFolder(folders.data);
  // The embedded database writes files that everybody may read: this keeps them from everybody.
  await chmod(folders.data, PRIVATE_MODE);
  const store = await openStore(options);
  const importer = startImporter({ store, dataFolder, log, signal: new AbortController().signal });
  return new CentralStore({ store, importer, folders, signal });
}

/** The database of a central installation, which has what it gathers at hand, and no agent that delivers it. */
export class CentralStore {
  constructor(private readonly parts: Parts) {}

  /** What a step needs to make a project pseudonymous, as the controller hands it to agents. */
  async secrets(project: string): Promise<string> {
    const { store } = this.parts;
    const [salts, usernames] = await Promise.all([store.salts(project), store.usernameRules(project)]);
    return JSON.stringify({ salts, usernames });
  }

  /** The update trackers that were imported last, after what an earlier run may have left waiting. */
  async trackers(project: string): Promise<readonly Tracker[]> {
    const { store, folders } = this.parts;
    for (const { id, folder } of await store.imports(project)) {
      // Those of other data folders are for others to do.
      if (await isFolder(join(folders.data, folder))) await this.settled(project, id);
    }
    return store.trackers(project);
  }

  /**
   * Imports files of a folder, all of them or none, and resolves when they are in the database.
   *
   * @throws Error where they cannot be imported
   */
  async import(project: string, folder: string, files: readonly string[]): Promise<void> {
    const { store, importer, folders } = this.parts;
    const moment = new Date().toISOString().replace(/[-:.]/g, '');
    const place = join(folders.imports, `${moment}-${randomBytes(3).toString('hex')}-${project}`);
    await makePrivateFolder(place);
    try {
      for (const file of files) await copyFile(join(folder, file), join(place, file));
      const job = await store.addImport(project, project, folders.relative(place));
      importer.wake();
      await this.finished(project, job);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await this.parts.importer.close();
    await this.parts.store.close();
  }

  /** An import that fails is not kept to be repeated: the next run gathers the same again. */
  private async finished(project: string, { id }: ImportJob): Promise<void> {
    const { store, importer, signal } = this.parts;
    try {
      const job = await this.settled(project, id);
      if (job?.state === 'failed') throw new Error(job.message ?? 'the import failed');
    } catch (error) {
      if (signal.aborted) await importer.close();
      await store.finishImport(id, 'done', 'discarded by the pipeline, which gathers it again');
      throw error;
    }
  }

  private async settled(project: string, id: number): Promise<ImportJob | undefined> {
    const { store, signal } = this.parts;
    for (;;) {
      const job = (await store.imports(project)).find((one) => one.id === id);
      if (job === undefined || job.state === 'done' || job.state === 'failed') return job;
      await delay(PAUSE_MILLISECONDS, undefined, { signal });
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
