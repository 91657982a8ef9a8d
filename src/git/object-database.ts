import { PipeReader } from './pipe-reader.js';
import type { ProcessGroup } from './process-group.js';
import { EMPTY_TREE, GitError, type GitProcess } from './run.js';

type Question = 'contents' | 'info';

/** Answers end in the size. Git has to be asked for the type too where it gives contents. */
const ANSWER = '%(objectname) %(objecttype) %(objectsize)';

/** Options of a process that answers one kind of question only. */
const BATCH: Readonly<Record<Question, string>> = { contents: '--batch', info: '--batch-check' };

/** Exit status of git where it does not know an option. */
const WRONG_USAGE = 129;

/** Answers questions about objects in the order in which they are asked. */
export class ObjectDatabase {
  readonly #processes: ProcessGroup;
  /**
   * Git 2.36 and newer answers all questions by one `git cat-file`, and can gather its answers and give them out when
   * told, which saves a system call, and a turn here, for each of them.
   */
  readonly #gathers: boolean;
  readonly #answerers = new Map<Question, Answerer>();

  /**
   * Finds out by trying what the installed git can do: its version would take a process more.
   *
   * @throws {GitError} where git cannot read the repository at all
   */
  static async open(processes: ProcessGroup): Promise<ObjectDatabase> {
    const gathering = new ObjectDatabase(processes, true);
    return (await gathering.#isAnswered()) ? gathering : new ObjectDatabase(processes, false);
  }

  private constructor(processes: ProcessGroup, gathers: boolean) {
    this.#processes = processes;
    this.#gathers = gathers;
  }

  /** Whether git knows how to gather answers. A process of one that does not is no longer part of the group. */
  async #isAnswered(): Promise<boolean> {
    const { process, reader } = this.#answerer('contents');
    // Whether there is such an object does not matter.
    this.#write('contents', `info ${EMPTY_TREE}\nflush\n`);
    try {
      while (reader.line() === undefined) await reader.need();
      return true;
    } catch (error) {
      if (!(error instanceof GitError) || error.exitCode !== WRONG_USAGE) throw error;
      this.#processes.leaveOut(process);
      return false;
    }
  }

  /** Asks for contents, to be read by `content` for each, and then for sizes, to be read by `sizes`. */
  ask({ contents = [], sizes = [] }: { contents?: readonly string[]; sizes?: readonly string[] }): void {
    if (!this.#gathers) {
      this.#write('contents', lines(contents));
      this.#write('info', lines(sizes));
    } else if (contents.length + sizes.length > 0) {
      this.#write('contents', `${lines(contents, 'contents ')}${lines(sizes, 'info ')}flush\n`);
    }
  }

  /** Nothing more will be asked for. */
  end(): void {
    for (const { process } of this.#answerers.values()) process.stdin.end();
  }

  /**
   * Reads the sizes in bytes of the next objects that were asked for.
   *
   * @throws {GitError} where one is missing
   */
  async sizes(names: readonly string[]): Promise<number[]> {
    const sizes: number[] = [];
    if (names.length === 0) return sizes;
    const answerer = this.#answerer('info');
    for (const name of names) {
      let size = sizeAtHand(answerer, name);
      while (size === undefined) {
        await answerer.reader.need();
        size = sizeAtHand(answerer, name);
      }
      sizes.push(size);
    }
    return sizes;
  }

  /**
   * Reads the contents of the next objects that were asked for, a character per byte.
   *
   * @throws {GitError} where one is missing
   */
  async contents(names: readonly string[]): Promise<string[]> {
    const contents: string[] = [];
    if (names.length === 0) return contents;
    const answerer = this.#answerer('contents');
    const { reader } = answerer;
    for (const name of names) {
      let size = sizeAtHand(answerer, name);
      while (size === undefined) {
        await reader.need();
        size = sizeAtHand(answerer, name);
      }
      let content = reader.take(size + 1);
      while (content === undefined) {
        await reader.need();
        content = reader.take(size + 1);
      }
      contents.push(content.slice(0, size));
    }
    return contents;
  }

  #write(question: Question, request: string): void {
    if (request !== '') this.#answerer(question).process.stdin.write(request, 'latin1');
  }

  #answerer(question: Question): Answerer {
    const kind = this.#gathers ? 'contents' : question;
    const started = this.#answerers.get(kind);
    if (started !== undefined) return started;
    const mode = this.#gathers ? ['--buffer', `--batch-command=${ANSWER}`] : [`${BATCH[kind]}=${ANSWER}`];
    const process = this.#processes.start('cat-file', ...mode);
    const answerer = { process, reader: new PipeReader(process) };
    this.#answerers.set(kind, answerer);
    return answerer;
  }
}

interface Answerer {
  readonly process: GitProcess;
  readonly reader: PipeReader;
}

function lines(names: readonly string[], prefix = ''): string {
  let text = '';
  for (const name of names) text += `${prefix}${name}\n`;
  return text;
}

/** The size in the next answer, which must be about the object; undefined where it is not at hand yet. */
function sizeAtHand({ process, reader }: Answerer, name: string): number | undefined {
  const answer = reader.line();
  if (answer === undefined) return undefined;
  const size = answer.startsWith(name) ? Number(answer.slice(answer.lastIndexOf(' '))) : Number.NaN;
  if (Number.isNaN(size)) throw process.failure(`object ${name} cannot be read (answer: ${answer})`);
  return size;
}
