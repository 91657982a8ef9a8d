import type { Writable } from 'node:stream';

/** Requests that are gathered before they are written. */
const GATHERED = 256;

/** Gathers small requests into large writes, as each write is a system call and wakes git. */
export class RequestWriter {
  #pending = '';
  #count = 0;
  #urgent = false;

  /**
   * @param end what has to follow a group of requests, so that git answers them at once
   */
  constructor(
    private readonly stdin: Writable,
    private readonly end: string,
  ) {}

  /**
   * @param request lines
   * @param count how many answers they ask for
   */
  write(request: string, count: number): void {
    this.#pending += request;
    this.#count += count;
    if (this.#urgent || this.#count >= GATHERED) this.flush();
  }

  flush(): void {
    if (this.#pending === '') return;
    this.stdin.write(this.#pending + this.end, 'latin1');
    this.#pending = '';
    this.#count = 0;
  }

  /** Whether somebody waits for an answer, so that nothing may be held back. */
  set urgent(urgent: boolean) {
    this.#urgent = urgent;
    if (urgent) this.flush();
  }
}
