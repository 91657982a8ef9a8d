import { PipeReader } from './pipe-reader.js';
import type { ProcessGroup } from './process-group.js';
import type { RequestWriter } from './request-writer.js';
import type { GitProcess } from './run.js';

type Question = 'contents' | 'info';

/** Answers end in the size. Git needs the type where it gives contents; to find it out else costs time. */
const ANSWERS: Readonly<Record<Question, string>> = {
  contents: '%(objectname) %(objecttype) %(objectsize)',
  info: '%(objectname) %(objectsize)',
};

/**
 * One `git cat-file` that answers questions about objects in the order in which they are asked.
 *
 * Git 2.36 and newer can gather its answers and give them out when told, which saves a system call, and a turn here,
 * for each of them.
 */
export class ObjectDatabase {
  readonly #process: GitProcess;
  readonly #requests: RequestWriter;
  readonly #reader: PipeReader;

  constructor(
    processes: ProcessGroup,
    private readonly question: Question,
    private readonly gathers: boolean,
  ) {
    const answer = ANSWERS[question];
    const unbuffered = question === 'info' ? '--batch-check' : '--batch';
    const mode = gathers ? ['--buffer', `--batch-command=${answer}`] : [`${unbuffered}=${answer}`];
    this.#process = processes.start('cat-file', ...mode);
    this.#requests = processes.writerOf(this.#process, gathers ? 'flush\n' : '');
    this.#reader = new PipeReader(this.#process);
  }

  ask(names: readonly string[]): void {
    if (names.length === 0) return;
    const prefix = this.gathers ? `${this.question} ` : '';
    this.#requests.write(`${prefix}${names.join(`\n${prefix}`)}\n`, names.length);
  }

  /**
   * Reads the sizes in bytes of the next objects that were asked for.
   *
   * @throws {GitError} where one is missing
   */
  async sizes(names: readonly string[]): Promise<number[]> {
    const sizes: number[] = [];
    for (const name of names) {
      let line = this.#reader.line();
      while (line === undefined) {
        await this.#reader.need();
        line = this.#reader.line();
      }
      sizes.push(this.#size(line, name));
    }
    return sizes;
  }

  /**
   * Reads the content of the next object that was asked for.
   *
   * @returns its bytes, valid until the next call
   * @throws {GitError} where it is missing
   */
  async content(name: string): Promise<Buffer> {
    const [size = 0] = await this.sizes([name]);
    let content = this.#reader.take(size + 1);
    while (content === undefined) {
      await this.#reader.need();
      content = this.#reader.take(size + 1);
    }
    return content.subarray(0, size);
  }

  #size(answer: string, name: string): number {
    const size = answer.startsWith(name) ? Number(answer.slice(answer.lastIndexOf(' '))) : Number.NaN;
    if (Number.isNaN(size)) throw this.#process.failure(`object ${name} cannot be read (answer: ${answer})`);
    return size;
  }
}
