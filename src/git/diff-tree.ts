import { DiffRecord, MARKER, type PathDiff, type PathFilter } from './diff-record.js';
import { PipeReader } from './pipe-reader.js';
import type { ProcessGroup } from './process-group.js';
import type { GitProcess } from './run.js';

/** A commit, and the parent that it is compared with; none for a root. */
export interface Comparison {
  readonly commit: string;
  readonly parent: string | undefined;
}

const KIND_OPTIONS = {
  /** All changes, renames found, lines counted. */
  counted: ['--raw', '--numstat', '-M'],
  /** All changes, renames found, lines not counted: much faster where trees are far apart. */
  listed: ['--raw', '-M'],
  /** Only the renames, lines counted. */
  renamed: ['--raw', '--numstat', '-M', '--diff-filter=R'],
  /** Only what is added or deleted where renames are not looked for, lines counted. */
  unpaired: ['--raw', '--numstat', '--no-renames', '--diff-filter=AD'],
} satisfies Record<string, readonly string[]>;

export type DiffKind = keyof typeof KIND_OPTIONS;

/** The same counts whatever the configuration of the user, or the newest `.gitmodules`, asks for. */
const OPTIONS = [
  '-r',
  '--root',
  '--always',
  '-z',
  '--no-abbrev',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--diff-algorithm=myers',
  '--ignore-submodules=none',
];

/** One `git diff-tree --stdin`: answers comparisons in the order in which they were asked for. */
export class DiffTree {
  readonly #process: GitProcess;
  readonly #reader: PipeReader;
  /** Comparisons of each batch that were not read yet. */
  readonly #unread: number[] = [];

  constructor(processes: ProcessGroup, kind: DiffKind) {
    this.#process = processes.start('diff-tree', '--stdin', ...OPTIONS, ...KIND_OPTIONS[kind]);
    this.#reader = new PipeReader(this.#process);
  }

  /** Asks for a batch of comparisons, of at least one. */
  ask(comparisons: readonly Comparison[]): void {
    let lines = '';
    for (const { commit, parent } of comparisons)
      lines += parent === undefined ? `${commit}\n` : `${commit} ${parent}\n`;
    this.#unread.push(comparisons.length);
    // The marker is no object name: git prints it as it is, after all that came before it, and flushes.
    this.#process.stdin.write(lines + MARKER, 'latin1');
  }

  /** Nothing more will be asked for. */
  end(): void {
    this.#process.stdin.end();
  }

  /**
   * Reads the next diffs, of one batch, that were asked for.
   *
   * @param most paths after which no further diff is read
   * @param wanted which paths to keep, by the letter of git and the path; all where left out
   * @throws {GitError} where an object is missing
   */
  async read(comparisons: readonly Comparison[], most = Number.POSITIVE_INFINITY, wanted?: PathFilter) {
    const diffs: PathDiff[][] = [];
    let paths = 0;
    for (const { commit } of comparisons) {
      const record = new DiffRecord(this.#reader, commit, wanted, () =>
        this.#process.failure(`commit ${commit} cannot be compared with its parent`),
      );
      while (!record.read()) await this.#reader.need();
      diffs.push(record.paths);
      paths += record.paths.length;
      if (paths > most) break;
    }
    await this.#leave(diffs.length);
    return diffs;
  }

  /** Reads over the end of a batch where all of it was read. */
  async #leave(read: number): Promise<void> {
    const left = (this.#unread[0] ?? 0) - read;
    this.#unread[0] = left;
    if (left > 0) return;
    while (this.#reader.take(MARKER.length) === undefined) await this.#reader.need();
    this.#unread.shift();
  }
}
