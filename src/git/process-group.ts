import { type GitCommand, type GitProcess, startGit } from './run.js';

/** The git processes that work on one repository together, and end together. */
export class ProcessGroup {
  readonly #processes: GitProcess[] = [];

  constructor(private readonly command: Omit<GitCommand, 'arguments'>) {}

  start(...args: readonly string[]): GitProcess {
    const process = startGit({ ...this.command, arguments: args });
    this.#processes.push(process);
    return process;
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
