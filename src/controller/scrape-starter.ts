import type { Logger } from '../log/logger.js';

/** What starts the job for a project; false where none is configured. */
export type StartScrape = (project: string, signal: AbortSignal) => Promise<boolean>;

/**
 * Has the job started that scrapes what an agent could not, each time something of a project was imported. One after
 * the other, and beside the imports: whether it succeeds is nothing to them. A project that waits already waits once.
 */
export class ScrapeStarter {
  readonly #closing = new AbortController();
  readonly #waiting = new Set<string>();
  #work: Promise<void> | undefined;

  constructor(
    private readonly start: StartScrape,
    private readonly log: Logger,
  ) {}

  imported(project: string): void {
    this.#waiting.add(project);
    this.#work ??= this.#startAll();
  }

  /** Gives up what is under way and what waits. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#work;
  }

  async #startAll(): Promise<void> {
    for (const project of this.#waiting) {
      this.#waiting.delete(project);
      await this.#startOne(project);
    }
    this.#work = undefined;
  }

  async #startOne(project: string): Promise<void> {
    const { signal } = this.#closing;
    try {
      if (!signal.aborted) await this.start(project, signal);
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error({ project }, `Could not start the job that scrapes what the agent could not: ${reason}`);
    }
  }
}
