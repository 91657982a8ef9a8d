import { type Difference, DiffParser } from './diff-parser.js';

const separator = '-'.repeat(72);
const heading = /^r(\d+) \| /;

/**
 * Tells the revisions apart in what `svn log --quiet --diff` prints. Lines of files are counted by their hunks, and so
 * are never taken for the heading of a revision.
 */
export class LogDiffReader {
  private readonly found: (readonly [revision: number, difference: Difference])[] = [];
  private readonly parser = new DiffParser((line) => this.readOther(line));
  private revision: number | undefined;
  private afterSeparator = false;

  add(chunk: Buffer): void {
    this.parser.add(chunk);
  }

  /** The revisions in the order in which they were printed. */
  finish(): readonly (readonly [revision: number, difference: Difference])[] {
    this.close(this.parser.finish());
    return this.found;
  }

  private readOther(line: string): void {
    const revision = this.afterSeparator ? heading.exec(line)?.[1] : undefined;
    this.afterSeparator = line === separator;
    if (revision === undefined) return;
    this.close(this.parser.take());
    this.revision = Number(revision);
  }

  private close(difference: Difference): void {
    if (this.revision !== undefined) this.found.push([this.revision, difference]);
  }
}
