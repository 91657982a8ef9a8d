import type { GitProcess } from './run.js';

/** Bytes that are read ahead of their use before git has to wait. */
const READ_AHEAD = 4 * 1024 * 1024;

/**
 * The output of a git process, read ahead up to a limit and taken apart in place, as text with a character per byte: that
 * is searched and cut much faster than bytes are.
 *
 * `text` from `position` on is what is at hand; a parser moves `position` over what it has used and calls `more` where it
 * lacks the end of something. What is cut from `text` keeps all of it in memory: what is to live long has to be a `copy`.
 */
export class PipeReader {
  text = '';
  position = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(
    private readonly process: GitProcess,
    private readonly readAhead = READ_AHEAD,
  ) {
    process.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    process.stdout.once('close', () => this.#end());
    process.done.then(
      () => this.#end(),
      () => this.#end(),
    );
  }

  /**
   * Adds at least one byte to those at hand.
   *
   * @returns false at the end of the output of a git that succeeded
   * @throws {GitError} where git failed
   */
  async more(): Promise<boolean> {
    while (this.#waitingBytes === 0) {
      if (this.#ended) {
        await this.process.done;
        return false;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#bytes = Buffer.concat([this.#bytes.subarray(this.position), ...this.#waiting]);
    this.text = this.#bytes.toString('latin1');
    this.position = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.process.stdout.resume();
    return true;
  }

  /** As `more`, where the output must not end here. */
  async need(): Promise<void> {
    if (!(await this.more())) throw this.process.failure('ended before its answer was complete');
  }

  /** The characters up to the next line feed; undefined where the line is not at hand yet. */
  line(): string | undefined {
    const end = this.text.indexOf('\n', this.position);
    if (end < 0) return undefined;
    const line = this.text.slice(this.position, end);
    this.position = end + 1;
    return line;
  }

  /** Exactly so many characters; undefined where they are not at hand yet. */
  take(length: number): string | undefined {
    const end = this.position + length;
    if (end > this.text.length) return undefined;
    const taken = this.text.slice(this.position, end);
    this.position = end;
    return taken;
  }

  /** The characters between two positions, in memory of their own. */
  copy(start: number, end: number): string {
    return this.#bytes.toString('latin1', start, end);
  }

  #receive(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes >= this.readAhead) this.process.stdout.pause();
    this.#notify();
  }

  #end(): void {
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
