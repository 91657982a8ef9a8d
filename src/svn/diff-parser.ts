/** Whether a file was added, deleted or modified. */
export type ChangeType = 'A' | 'D' | 'M';

/** What a revision did to a file. */
export interface FileChange {
  /** Relative to what was compared. */
  readonly path: string;
  /** Undefined where the differences show no lines: svn then does not say it. */
  readonly type?: ChangeType;
  readonly insertions: number;
  readonly deletions: number;
}

/** What a revision did. */
export interface Difference {
  readonly files: readonly FileChange[];
  /** Bytes of all lines shown - added, removed and around them - without marks and line ends. */
  readonly size: number;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const PLUS = 0x2b;
const MINUS = 0x2d;
const BACKSLASH = 0x5c;

/** Bytes of a line outside of the contents that are kept; a path is shorter. */
const longestHead = 64 * 1024;

const hunkHead = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const separator = /^={67}$/;
const nonexistent = '\t(nonexistent)';

/** Where in the head of a file the parser is. Only a whole head opens its contents. */
type Stage = 'outside' | 'index' | 'separator' | 'old' | 'contents';

/**
 * Counts the lines of a unified diff of svn (`svn diff --ignore-properties`), which it is given in pieces.
 *
 * The head of each hunk says how many lines it has, so that contents which look like a head are never taken for one.
 * Lines of files end in LF, CR or both (`svn_eol__find_eol_start`); no line is ever held.
 */
export class DiffParser {
  private files: { path: string; type?: ChangeType; insertions: number; deletions: number }[] = [];
  private size = 0;
  private stage: Stage = 'outside';
  private path = '';
  /** Lines of the hunk that are still to come, of the old and the new file. */
  private oldLines = 0;
  private newLines = 0;
  /** The line outside of a hunk that has not ended yet. */
  private head: Buffer = Buffer.alloc(0);
  /** First byte of the line of a hunk that has not ended yet. */
  private mark: number | undefined;
  /** A CR ended a line; an LF after it belongs to the same end. */
  private afterReturn = false;

  /** @param onOther receives each line that is neither of the head of a file nor of its contents */
  constructor(private readonly onOther: (line: string) => void = () => undefined) {}

  add(chunk: Buffer): void {
    let position = 0;
    while (position < chunk.length) {
      if (this.afterReturn) {
        this.afterReturn = false;
        if (chunk[position] === LF) {
          position += 1;
          continue;
        }
      }
      position = this.inHunk() ? this.readHunk(chunk, position) : this.readHead(chunk, position);
    }
  }

  /** What was found, when all pieces were given. */
  finish(): Difference {
    if (this.head.length > 0) this.endHead();
    return this.take();
  }

  /** What was found so far; another diff follows. */
  take(): Difference {
    const { files, size } = this;
    this.files = [];
    this.size = 0;
    this.stage = 'outside';
    return { files, size };
  }

  private inHunk(): boolean {
    return this.mark !== undefined || this.oldLines > 0 || this.newLines > 0;
  }

  /** @returns the position after what was read: a piece of a line, or its end */
  private readHunk(chunk: Buffer, start: number): number {
    let position = start;
    if (this.mark === undefined) {
      const mark = chunk[position];
      if (mark !== SPACE && mark !== PLUS && mark !== MINUS && mark !== BACKSLASH) {
        // No line of contents: the hunk is shorter than it says.
        this.oldLines = 0;
        this.newLines = 0;
        return position;
      }
      this.mark = mark;
      position += 1;
    }
    const end = endOfLine(chunk, position, this.mark === BACKSLASH);
    if (this.mark !== BACKSLASH) this.size += end - position;
    if (end === chunk.length) return end;
    this.afterReturn = chunk[end] === CR;
    this.countLine(this.mark);
    this.mark = undefined;
    return end + 1;
  }

  private countLine(mark: number): void {
    const file = this.files.at(-1);
    if (file === undefined || mark === BACKSLASH) return;
    if (mark !== PLUS) this.oldLines -= 1;
    if (mark !== MINUS) this.newLines -= 1;
    if (mark === PLUS) file.insertions += 1;
    if (mark === MINUS) file.deletions += 1;
  }

  private readHead(chunk: Buffer, start: number): number {
    const found = chunk.indexOf(LF, start);
    const end = found < 0 ? chunk.length : found;
    const room = longestHead - this.head.length;
    if (room > 0) this.head = Buffer.concat([this.head, chunk.subarray(start, Math.min(end, start + room))]);
    if (found < 0) return end;
    this.endHead();
    return end + 1;
  }

  private endHead(): void {
    const line = this.head.toString('utf8');
    this.head = Buffer.alloc(0);
    if (line.startsWith('Index: ')) {
      this.path = line.slice('Index: '.length);
      this.stage = 'index';
      return;
    }
    this.stage = this.nextStage(line);
    if (this.stage === 'outside' || (this.stage === 'contents' && !this.inHunk())) this.onOther(line);
  }

  private nextStage(line: string): Stage {
    if (this.stage === 'index' && separator.test(line)) {
      this.files.push({ path: this.path, insertions: 0, deletions: 0 });
      return 'separator';
    }
    if (this.stage === 'separator' && line.startsWith('--- ')) {
      this.setType(line.endsWith(nonexistent) ? 'A' : 'M');
      return 'old';
    }
    if (this.stage === 'old' && line.startsWith('+++ ')) {
      if (line.endsWith(nonexistent)) this.setType('D');
      return 'contents';
    }
    if (this.stage !== 'contents') return 'outside';
    this.openHunk(line);
    return 'contents';
  }

  private setType(type: ChangeType): void {
    const file = this.files.at(-1);
    if (file !== undefined) file.type = type;
  }

  private openHunk(line: string): void {
    const counts = hunkHead.exec(line);
    if (counts === null) return;
    this.oldLines = Number(counts[1] ?? 1);
    this.newLines = Number(counts[2] ?? 1);
  }
}

/** Position of the next end of a line, or the length. */
function endOfLine(chunk: Buffer, start: number, onlyLineFeed: boolean): number {
  const lineFeed = chunk.indexOf(LF, start);
  const limit = lineFeed < 0 ? chunk.length : lineFeed;
  if (onlyLineFeed) return limit;
  const carriageReturn = chunk.subarray(start, limit).indexOf(CR);
  return carriageReturn < 0 ? limit : start + carriageReturn;
}
