import type { ChangeType } from './history.js';
import type { PipeReader } from './pipe-reader.js';

/** One path of a diff between two trees. */
export interface PathDiff {
  readonly status: ChangeType;
  /** Whether the new side is a submodule. */
  readonly submodule: boolean;
  readonly newBlob: string;
  /** Path of the new side (of the old one where deleted), a character per byte. */
  readonly path: string;
  /** Lines of the numstat; undefined where it was not asked for or leaves the path out. Binary: 0. */
  lines: LineCounts | undefined;
  /** Where renamed: the old side. */
  readonly renamed: { readonly path: string; readonly blob: string } | undefined;
}

export interface LineCounts {
  readonly insertions: number;
  readonly deletions: number;
}

/** Which paths of a diff to keep. */
export type PathFilter = (status: ChangeType, path: string) => boolean;

/** What ends a batch of diffs. */
export const MARKER = '!\n';

const MARKER_CODE = 0x21;
const COLON = 0x3a;
const TAB = 0x09;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

const CHANGE_TYPES: Readonly<Record<number, ChangeType>> = { 65: 'A', 68: 'D', 77: 'M', 82: 'R', 84: 'T' };

/** Offset of the old object name in a raw entry: `:100644 100644 `. */
const NAME_OFFSET = 15;
const NEW_MODE_OFFSET = 8;
const SUBMODULE_MODE = '160000';

/** The diff of one commit while it comes in: its name, then entries of `--raw -z`, then those of `--numstat -z`. */
export class DiffRecord {
  readonly paths: PathDiff[] = [];
  #named = false;
  #counted = 0;

  /**
   * @param onMissing makes the error of a commit that git left out, as it could not compare it
   */
  constructor(
    private readonly reader: PipeReader,
    private readonly commit: string,
    private readonly wanted: PathFilter | undefined,
    private readonly onMissing: () => Error,
  ) {}

  /** Reads what is at hand; true at the end of the diff, false where more is needed. */
  read(): boolean {
    const { reader } = this;
    const { text } = reader;
    if (!this.#named && !this.#readName(text)) return false;
    while (reader.position < text.length) {
      const first = text.charCodeAt(reader.position);
      if (first === MARKER_CODE) return true;
      const end = text.indexOf('\0', reader.position);
      if (end < 0) return false;
      if (first === COLON) {
        if (!this.#readRaw(text, end)) return false;
      } else {
        const tab = numberEnd(text, reader.position);
        // The name of the next commit: an entry of numstat has tabs.
        if (text.charCodeAt(tab) !== TAB) return true;
        if (!this.#readLines(text, tab, end)) return false;
      }
    }
    return false;
  }

  #readName(text: string): boolean {
    const { reader, commit } = this;
    if (reader.position === text.length) return false;
    const end = reader.position + commit.length;
    if (text.charCodeAt(reader.position) !== MARKER_CODE && end >= text.length) return false;
    if (!text.startsWith(commit, reader.position)) throw this.onMissing();
    reader.position = end + 1;
    this.#named = true;
    return true;
  }

  #readRaw(text: string, end: number): boolean {
    const { reader, commit } = this;
    const start = reader.position;
    const oldName = start + NAME_OFFSET;
    const newName = oldName + commit.length + 1;
    const statusAt = newName + commit.length + 1;
    const status = CHANGE_TYPES[text.charCodeAt(statusAt)];
    if (status === undefined) throw new RangeError(`change of unknown type: ${text.slice(start, end)}`);
    const oldPathEnd = status === 'R' ? text.indexOf('\0', end + 1) : end;
    if (oldPathEnd < 0) return false;
    const pathEnd = text.indexOf('\0', oldPathEnd + 1);
    if (pathEnd < 0) return false;
    reader.position = pathEnd + 1;
    const path = text.slice(oldPathEnd + 1, pathEnd);
    if (this.wanted !== undefined && !this.wanted(status, path)) return true;
    this.paths.push({
      status,
      submodule: text.startsWith(SUBMODULE_MODE, start + NEW_MODE_OFFSET),
      // Sizes are remembered by it.
      newBlob: reader.copy(newName, newName + commit.length),
      path,
      lines: undefined,
      renamed:
        status === 'R'
          ? { path: text.slice(end + 1, oldPathEnd), blob: text.slice(oldName, oldName + commit.length) }
          : undefined,
    });
    return true;
  }

  #readLines(text: string, firstTab: number, end: number): boolean {
    const { reader } = this;
    const secondTab = numberEnd(text, firstTab + 1);
    let pathStart = secondTab + 1;
    let pathEnd = end;
    if (pathStart === end) {
      // A rename: the path is empty, the old and the new one follow.
      pathStart = text.indexOf('\0', end + 1) + 1;
      pathEnd = pathStart === 0 ? -1 : text.indexOf('\0', pathStart);
      if (pathEnd < 0) return false;
    }
    const entry = this.#entryOf(text, pathStart, pathEnd);
    if (entry !== undefined) {
      entry.lines = {
        insertions: number(text, reader.position, firstTab),
        deletions: number(text, firstTab + 1, secondTab),
      };
    }
    reader.position = pathEnd + 1;
    return true;
  }

  /** Numstat lists the same paths in the same order, and may leave some out. */
  #entryOf(text: string, start: number, end: number): PathDiff | undefined {
    while (this.#counted < this.paths.length) {
      const entry = this.paths[this.#counted++];
      if (entry?.path.length === end - start && text.startsWith(entry.path, start)) return entry;
    }
    return undefined;
  }
}

/** Where a number of the numstat ends; `-` stands for one. */
function numberEnd(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code === MINUS || (code >= ZERO && code <= NINE); code = text.charCodeAt(at)) {
    at++;
  }
  return at;
}

/** A decimal number; `-`, which stands for a binary file, is 0. */
function number(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === MINUS) return 0;
    value = value * 10 + (code - ZERO);
  }
  return value;
}
