import type { Logger } from '../../log/logger.js';
import { StoreError } from '../store/error.js';
import type { ImportJob, Store } from '../store/store.js';
import { runJob } from './job.js';

/** How often the queue is looked at without being told: other controllers add to it, and die. */
const POLL_MILLISECONDS = 5_000;

export interface ImporterOptions {
  readonly store: Store;
  readonly dataFolder: string;
  readonly log: Logger;
  /** Told of each import that went well. */
  readonly imported?: (project: string) => void;
  /** Aborts the import that is under way; it is put back in the queue. */
  readonly signal: AbortSignal;
}

export interface Importer {
  /** Tells it that an import was queued. */
  wake(): void;
  /** The import under way. */
  running(): ImportJob | undefined;
  /** Ends the import under way, which goes back to the queue, and resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Starts to take imports from the queue, one after the other. */
export function startImporter(options: ImporterOptions): Importer {
  return new QueueImporter(options);
}

class QueueImporter implements Importer {
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #poll: NodeJS.Timeout;
  #job: ImportJob | undefined;
  #work: Promise<void> | undefined;
  #again = false;

  constructor(private readonly options: ImporterOptions) {
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
    this.#poll = setInterval(() => this.wake(), POLL_MILLISECONDS);
    this.#poll.unref();
    this.wake();
  }

  wake(): void {
    if (this.#work !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#work = this.#drain().then(() => {
      this.#work = undefined;
      if (this.#again && !this.#signal.aborted) {
        this.wake();
      }
    });
  }

  running(): ImportJob | undefined {
    return this.#job;
  }

  async close(): Promise<void> {
    clearInterval(this.#poll);
    this.#closing.abort();
    await this.#work;
  }

  async #drain(): Promise<void> {
    const { store, log } = this.options;
    try {
      if (!this.#signal.aborted) {
        await store.requeueOrphans();
      }
      while (!this.#signal.aborted) {
        this.#job = await store.claimImport();
        if (this.#job === undefined) {
          return;
        }
        await this.#settle(this.#job);
      }
    } catch (error) {
      log.error({ err: error }, 'imports wait, because the database cannot be reached');
    } finally {
      this.#job = undefined;
    }
  }

  async #settle(job: ImportJob): Promise<void> {
    const { store, dataFolder, log } = this.options;
    const about = { import: job.id, project: job.project, agent: job.agent };
    try {
      const remark = await runJob({ store, dataFolder }, job, this.#signal);
      await store.finishImport(job.id, 'done', remark);
      log.info({ ...about, ...(remark !== undefined && { remark }) }, 'imported an export');
      this.options.imported?.(job.project);
    } catch (error) {
      if (this.#signal.aborted) {
        await store.releaseImport(job.id);
        return;
      }
      if (error instanceof StoreError && error.disconnected) {
        throw error;
      }
      log.error({ ...about, err: error }, 'could not import an export; it is kept');
      await store.finishImport(job.id, 'failed', error instanceof Error ? error.message : String(error));
    }
  }
}
