import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeFileAtomically } from '../config/atomic-file.js';
import type { Logger } from '../log/logger.js';
import { listFolder } from './agent-folders.js';
import type { ControllerStore } from './controller-store.js';
import { type Folders, isMissing, makePrivateFolder, PRIVATE_MODE } from './folders.js';
import { ProjectKey } from './parameters.js';
import { withProjectLock } from './project-lock.js';

const SCRAPE_LOG = 'scrape.log';
const MANIFEST = 'manifest.json';
const NOTE = '.json';
const RETRY_MILLISECONDS = 30_000;
/** A note without an export that is younger may be that of another controller, which is about to take the export. */
const ABANDONED_MILLISECONDS = 60 * 60 * 1000;
/** Controllers that share the folder queue one after the other, so that no export is queued twice. */
const QUEUE_LOCK = 'exports';
const QUEUE_WAIT_MILLISECONDS = 60_000;

/** Stands beside an export from before it is taken until its import is in the queue. */
const Note = z.object({ project: ProjectKey, agent: ProjectKey });
type Note = z.infer<typeof Note>;

export interface IntakeOptions {
  readonly store: ControllerStore;
  readonly folders: Folders;
  readonly log: Logger;
  /** Called when an import is in the queue. */
  readonly queued: () => void;
}

/**
 * Takes exports out of the reach of their agents and puts their imports in the queue. What was taken is not lost when
 * the controller is killed, or the database is away, before the import is in the queue: a note beside it says so, and
 * is read at the next start.
 */
export class ExportIntake {
  readonly #options: IntakeOptions;
  #queueing: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Takes what an agent uploaded for a project. The log of the scrape is kept; without more there is nothing to import.
   * @throws RequestError 503 where a registration or another export of the project is under way
   */
  async accept(project: string, agent: string): Promise<void> {
    const { store, folders, log } = this.#options;
    const uploaded = folders.exported(agent, project);
    const taken = await withProjectLock(store, project, 'export', async () => {
      const names = (await listFolder(uploaded)).map(({ name }) => name);
      if (names.includes(SCRAPE_LOG)) {
        await this.#keepLog(join(uploaded, SCRAPE_LOG), project);
      }
      if (names.some((name) => name !== SCRAPE_LOG && name !== MANIFEST)) {
        return { folder: await this.#take(uploaded, { project, agent }) };
      }
      if (names.length > 0) {
        await rm(uploaded, { recursive: true });
        await mkdir(uploaded, { mode: PRIVATE_MODE });
      }
      return {};
    });
    log.info({ project, agent, ...taken }, taken.folder === undefined ? 'Nothing to import' : 'Took an export');
    void this.queue();
  }

  /** Goes on with what an earlier process left. */
  async start(): Promise<void> {
    const { imports } = this.#options.folders;
    for (const folder of await this.#noted()) {
      const note = join(imports, `${folder}${NOTE}`);
      if (!(await isFolder(join(imports, folder))) && (await age(note)) > ABANDONED_MILLISECONDS) {
        await rm(note, { force: true });
      }
    }
    await this.queue();
  }

  /** Puts what was taken in the queue; where that fails, again after a while. */
  queue(): Promise<void> {
    this.#queueing = this.#queueing.then(() => this.#queueAll());
    return this.#queueing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#queueing;
  }

  async #keepLog(file: string, project: string): Promise<void> {
    const { folders } = this.#options;
    if ((await lstat(file)).isFile()) {
      await makePrivateFolder(folders.logs(project));
      await rename(file, join(folders.logs(project), SCRAPE_LOG));
    }
  }

  async #take(uploaded: string, note: Note): Promise<string> {
    const { imports } = this.#options.folders;
    const moment = new Date().toISOString().replace(/[-:.]/g, '');
    const folder = `${moment}-${randomBytes(3).toString('hex')}-${note.project}`;
    await makePrivateFolder(imports);
    await writeFileAtomically(join(imports, `${folder}${NOTE}`), JSON.stringify(note), 0o600);
    await rename(uploaded, join(imports, folder));
    await mkdir(uploaded, { mode: PRIVATE_MODE });
    await syncFolder(imports);
    return folder;
  }

  async #queueAll(): Promise<void> {
    try {
      await this.#options.store.withLock(QUEUE_LOCK, QUEUE_WAIT_MILLISECONDS, async () => {
        for (const folder of await this.#noted()) {
          await this.#queueOne(folder);
        }
      });
    } catch (error) {
      this.#options.log.error(
        { err: error },
        'Could not put an export in the queue of imports; it is kept, and tried again',
      );
      this.#tryLater();
    }
  }

  /** Names of exports that were taken, or are being taken, and may not be in the queue. */
  async #noted(): Promise<readonly string[]> {
    const entries = await listFolder(this.#options.folders.imports);
    return entries.filter(({ name }) => name.endsWith(NOTE)).map(({ name }) => name.slice(0, -NOTE.length));
  }

  async #queueOne(folder: string): Promise<void> {
    const { store, folders, queued } = this.#options;
    const path = join(folders.imports, folder);
    if (!(await isFolder(path))) {
      return;
    }
    const noteFile = `${path}${NOTE}`;
    const note = Note.parse(JSON.parse(await readFile(noteFile, 'utf8')));
    const known = await store.imports(note.project);
    const relative = folders.relative(path);
    if (!known.some((job) => job.folder === relative)) {
      await store.addImport(note.project, note.agent, relative);
    }
    await rm(noteFile);
    queued();
  }

  #tryLater(): void {
    if (!this.#closed) {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => void this.queue(), RETRY_MILLISECONDS).unref();
    }
  }
}

/** Milliseconds since a file was written; 0 where it is gone. */
async function age(file: string): Promise<number> {
  try {
    return Date.now() - (await lstat(file)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) {
      return 0;
    }
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}
