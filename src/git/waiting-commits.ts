import type { Commit } from './history.js';

/** Commits, and rows of them, above which the older half has to be waited for. */
const MAXIMUM_COMMITS = 256;
const MAXIMUM_ROWS = 4096;

/** Commits in order that still wait for what git was asked about them. */
export class WaitingCommits {
  readonly #commits: { readonly rows: number; readonly commit: Promise<Commit> }[] = [];
  #rows = 0;

  get empty(): boolean {
    return this.#commits.length === 0;
  }

  get full(): boolean {
    return this.#commits.length >= MAXIMUM_COMMITS || this.#rows > MAXIMUM_ROWS;
  }

  get halfFull(): boolean {
    return this.#commits.length >= MAXIMUM_COMMITS / 2 || this.#rows > MAXIMUM_ROWS / 2;
  }

  /**
   * @param rows about as many rows as the commit has in memory
   */
  add(rows: number, commit: Promise<Commit>): void {
    // It is waited for later: until then a failure is not an unhandled one.
    commit.catch(() => undefined);
    this.#commits.push({ rows, commit });
    this.#rows += rows;
  }

  /** The oldest one; there must be one. */
  async next(): Promise<Commit> {
    const oldest = this.#commits.shift();
    if (oldest === undefined) throw new RangeError('no commit is waiting');
    this.#rows -= oldest.rows;
    return await oldest.commit;
  }
}
