import { setMaxListeners } from 'node:events';
import { RequestWriter } from './request-writer.js';
import { type GitCommand, type GitProcess, startGit } from './run.js';

/** Has the GNU C library keep freed memory instead of giving it back and asking for it again, file after file. */
const KEEP_MEMORY = {
  MALLOC_TOP_PAD_: '67108864',
  MALLOC_TRIM_THRESHOLD_: '1073741824',
  MALLOC_MMAP_THRESHOLD_: '1073741824',
};

/** The git processes that work on one repository together, and end together. */
export class ProcessGroup {
  readonly #processes: GitProcess[] = [];

  readonly #signal: AbortSignal;
  readonly #writers: RequestWriter[] = [];

  constructor(private readonly command: Omit<GitCommand, 'arguments'>) {
    // A signal of its own, on which every process may listen.
    this.#signal = AbortSignal.any([command.signal]);
    setMaxListeners(0, this.#signal);
  }

  /** Where git is looked for. */
  get searchPath(): string {
    return this.command.environment['PATH'] ?? '';
  }

  start(...args: readonly string[]): GitProcess {
    const environment = { ...this.command.environment, ...KEEP_MEMORY };
    const process = startGit({ ...this.command, environment, signal: this.#signal, arguments: args });
    this.#processes.push(process);
    return process;
  }

  /** The writer of requests to one of the processes. */
  writerOf(process: GitProcess, end = ''): RequestWriter {
    const writer = new RequestWriter(process.stdin, end);
    this.#writers.push(writer);
    return writer;
  }

  /** Sends the requests that were gathered. */
  flush(): void {
    for (const writer of this.#writers) writer.flush();
  }

  /** Waits for something that depends on answers: until then no request is held back. */
  async answered<T>(result: Promise<T>): Promise<T> {
    for (const writer of this.#writers) writer.urgent = true;
    try {
      return await result;
    } finally {
      for (const writer of this.#writers) writer.urgent = false;
    }
  }

  /**
   * Ends what waits for more questions.
   *
   * @throws {GitError} where one of the processes failed
   */
  async finish(): Promise<void> {
    for (const process of this.#processes) process.stdin.end();
    await Promise.all(this.#processes.map((process) => process.done));
  }

  /** Kills what still runs, and waits until it is gone. */
  async stop(): Promise<void> {
    for (const process of this.#processes) process.kill();
    await Promise.allSettled(this.#processes.map((process) => process.done));
  }
}
