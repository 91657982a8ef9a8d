import { AccessError } from '../../http/ask.js';
import { HttpError } from '../../http/errors.js';
import type { OnIncomplete } from './server.js';

/** A server that fails for more of them is taken to be broken as a whole. */
const most = 10;

/** Items of a server that are asked for one by one: one that cannot be had costs only itself. */
export class BrokenItems {
  #count = 0;

  constructor(private readonly onIncomplete: OnIncomplete) {}

  /**
   * @param what the item, for the log
   * @returns undefined where the item cannot be had
   * @throws where the server cannot be reached, knows the account not, or fails again and again
   */
  async skip<T>(what: string, answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (!isOfItem(error) || this.#count >= most) throw error;
      this.#count += 1;
      this.onIncomplete(`${what} cannot be had: ${error.message}`);
      return undefined;
    }
  }
}

function isOfItem(error: unknown): error is HttpError {
  if (!(error instanceof HttpError) || error.status === undefined) return false;
  return !(error instanceof AccessError) || error.status === 403;
}
