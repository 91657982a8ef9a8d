import type { ChangeType } from './history.js';
import { PipeReader } from './pipe-reader.js';
import type { ProcessGroup } from './process-group.js';
import type { RequestWriter } from './request-writer.js';
import type { GitProcess } from './run.js';

/** One path of a diff between two trees. */
export interface PathDiff {
  readonly status: ChangeType;
  /** Whether the new side is a submodule. */
  readonly submodule: boolean;
  readonly oldBlob: string;
  readonly newBlob: string;
  /** Path of the new side (of the old one where deleted), a character per byte. */
  readonly path: string;
  /** Lines of the numstat; undefined where it was not asked for or leaves the path out. Binary: 0. */
  lines?: LineCounts;
  /** Where renamed: the old path, a character per byte. */
  readonly oldPath?: string;
}

export interface LineCounts {
  readonly insertions: number;
  readonly deletions: number;
}

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

/** A line that is no object name: git prints it as it is, after all that came before it, and flushes. */
const MARKER = '!\n';
const MARKER_BYTE = 0x21;
const COLON = 0x3a;
const TAB = 0x09;
const BLANK = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;

const CHANGE_TYPES: Readonly<Record<number, ChangeType>> = { 65: 'A', 68: 'D', 77: 'M', 82: 'R', 84: 'T' };

/** Offset of the old object name in a raw entry: `:100644 100644 `. */
const NAME_OFFSET = 15;
const NEW_MODE_OFFSET = 8;
const SUBMODULE_MODE = '160000';

/** One `git diff-tree --stdin`: answers comparisons in the order in which they were asked for. */
export class DiffTree {
  readonly #process: GitProcess;
  readonly #requests: RequestWriter;
  readonly #reader: PipeReader;
  #last: Promise<unknown> = Promise.resolve();

  constructor(processes: ProcessGroup, kind: DiffKind) {
    this.#process = processes.start('diff-tree', '--stdin', ...OPTIONS, ...KIND_OPTIONS[kind]);
    this.#requests = processes.writerOf(this.#process);
    this.#reader = new PipeReader(this.#process);
  }

  /** Asks for comparisons. Read them all with `next`, then `endBatch`. */
  request(comparisons: readonly Comparison[]): void {
    const lines = comparisons.map(({ commit, parent }) => (parent === undefined ? commit : `${commit} ${parent}`));
    this.#requests.write(`${lines.join('\n')}\n${MARKER}`, lines.length);
  }

  /**
   * Reads the next diff that was asked for.
   *
   * @param wanted which paths to keep, by the letter of git and the path; all where left out
   * @throws {GitError} where an object is missing
   */
  async next(comparison: Comparison, wanted?: (status: ChangeType, path: string) => boolean): Promise<PathDiff[]> {
    await this.#readName(comparison.commit);
    const record = new DiffRecord(this.#reader, comparison.commit.length, wanted);
    while (!record.read()) await this.#reader.need();
    return record.paths;
  }

  /** Reads over the end of a batch. */
  async endBatch(): Promise<void> {
    while (this.#reader.take(MARKER.length) === undefined) await this.#reader.need();
  }

  /** Asks for one comparison and reads it, after those that were asked for in this way before. */
  ask(comparison: Comparison): Promise<PathDiff[]> {
    this.request([comparison]);
    const answer = this.#last.then(async () => {
      const paths = await this.next(comparison);
      await this.endBatch();
      return paths;
    });
    this.#last = answer;
    // Whoever asked sees the failure; the next in the queue fails on its own.
    answer.catch(() => undefined);
    return answer;
  }

  /** Reads the name that a diff begins with; git leaves out what it cannot compare. */
  async #readName(commit: string): Promise<void> {
    const reader = this.#reader;
    while (reader.position === reader.bytes.length) await reader.need();
    const missing = reader.bytes[reader.position] === MARKER_BYTE;
    let name = missing ? Buffer.alloc(0) : reader.take(commit.length + 1);
    while (name === undefined) {
      await reader.need();
      name = reader.take(commit.length + 1);
    }
    if (name.toString('latin1').startsWith(commit)) return;
    throw this.#process.failure(`commit ${commit} cannot be compared with its parent`);
  }
}

/** The diff of one commit while it comes in: entries of `--raw -z`, then those of `--numstat -z`. */
class DiffRecord {
  readonly paths: PathDiff[] = [];
  #counted = 0;

  constructor(
    private readonly reader: PipeReader,
    private readonly nameLength: number,
    private readonly wanted: ((status: ChangeType, path: string) => boolean) | undefined,
  ) {}

  /** Reads what is at hand; true at the end of the diff, false where more bytes are needed. */
  read(): boolean {
    const { reader } = this;
    while (reader.position < reader.bytes.length) {
      const { bytes, position } = reader;
      const first = bytes[position];
      if (first === MARKER_BYTE) return true;
      const end = bytes.indexOf(0, position);
      if (end < 0) return false;
      if (first === COLON) {
        if (!this.#readRaw(bytes, position, end)) return false;
      } else {
        const tab = bytes.subarray(position, end).indexOf(TAB);
        // The name of the next commit: an entry of numstat has tabs.
        if (tab < 0) return true;
        if (!this.#readLines(bytes, position, position + tab, end)) return false;
      }
    }
    return false;
  }

  #readRaw(bytes: Buffer, start: number, end: number): boolean {
    const oldName = start + NAME_OFFSET;
    const newName = oldName + this.nameLength + 1;
    const statusAt = newName + this.nameLength + 1;
    const status = CHANGE_TYPES[bytes[statusAt] ?? 0];
    if (status === undefined) throw new RangeError(`change of unknown type: ${bytes.toString('latin1', start, end)}`);
    const renamed = status === 'R';
    const oldPathEnd = renamed ? bytes.indexOf(0, end + 1) : end;
    if (oldPathEnd < 0) return false;
    const pathEnd = bytes.indexOf(0, oldPathEnd + 1);
    if (pathEnd < 0) return false;
    this.reader.position = pathEnd + 1;
    const path = bytes.toString('latin1', oldPathEnd + 1, pathEnd);
    if (this.wanted !== undefined && !this.wanted(status, path)) return true;
    const newMode = bytes.toString('latin1', start + NEW_MODE_OFFSET, start + NEW_MODE_OFFSET + SUBMODULE_MODE.length);
    this.paths.push({
      status,
      submodule: newMode === SUBMODULE_MODE,
      oldBlob: bytes.toString('latin1', oldName, oldName + this.nameLength),
      newBlob: bytes.toString('latin1', newName, newName + this.nameLength),
      path,
      ...(renamed && { oldPath: bytes.toString('latin1', end + 1, oldPathEnd) }),
    });
    return true;
  }

  #readLines(bytes: Buffer, start: number, firstTab: number, end: number): boolean {
    const secondTab = bytes.indexOf(TAB, firstTab + 1);
    let pathStart = secondTab + 1;
    let pathEnd = end;
    if (pathStart === end) {
      // A rename: the path is empty, the old and the new one follow.
      pathStart = bytes.indexOf(0, end + 1) + 1;
      pathEnd = pathStart === 0 ? -1 : bytes.indexOf(0, pathStart);
      if (pathEnd < 0) return false;
    }
    this.reader.position = pathEnd + 1;
    const path = bytes.toString('latin1', pathStart, pathEnd);
    const entry = this.#entryOf(path);
    if (entry !== undefined) {
      entry.lines = { insertions: number(bytes, start, firstTab), deletions: number(bytes, firstTab + 1, secondTab) };
    }
    return true;
  }

  /** Numstat lists the same paths in the same order, and may leave some out. */
  #entryOf(path: string): PathDiff | undefined {
    while (this.#counted < this.paths.length) {
      const entry = this.paths[this.#counted++];
      if (entry?.path === path) return entry;
    }
    return undefined;
  }
}

/** A decimal number; `-`, which stands for a binary file, is 0. */
function number(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? BLANK;
    if (byte === MINUS) return 0;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}
