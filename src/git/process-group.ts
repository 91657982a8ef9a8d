import { setMaxListeners } from 'node:events';
import { type GitCommand, type GitProcess, startGit } from './run.js';

/**
 * Has git write when its buffer is full or a batch ends, not after each commit; and the GNU C library keep freed memory
 * instead of giving it back and asking for it again, file after file.
 */
const TUNING = {
  GIT_FLUSH: '0',
  MALLOC_TOP_PAD_: '67108864',
  MALLOC_TRIM_THRESHOLD_: '1073741824',
  MALLOC_MMAP_THRESHOLD_: '1073741824',
};

/** The git processes that work on one repository together, and end together. */
export class ProcessGroup {
  readonly #processes = new Set<GitProcess>();

  readonly #signal: AbortSignal;

  constructor(private readonly command: Omit<GitCommand, 'arguments'>) {
    // A signal of its own, on which every process may listen.
    this.#signal = AbortSignal.any([command.signal]);
    setMaxListeners(0, this.#signal);
  }

  start(...args: readonly string[]): GitProcess {
    const environment = { ...this.command.environment, ...TUNING };
    const process = startGit({ ...this.command, environment, signal: this.#signal, arguments: args });
    this.#processes.add(process);
    return process;
  }

  /** Of one that ended: its failure is none of the group. */
  leaveOut(process: GitProcess): void {
    this.#processes.delete(process);
  }

  /**
   * Ends what waits for more questions.
   *
   * @throws {GitError} where one of the processes failed
   */
  async finish(): Promise<void> {
    for (const process of this.#processes) process.stdin.end();
    await Promise.all([...this.#processes].map((process) => process.done));
  }

  /** Kills what still runs, and waits until it is gone. */
  async stop(): Promise<void> {
    for (const process of this.#processes) process.kill();
    await Promise.allSettled([...this.#processes].map((process) => process.done));
  }
}
