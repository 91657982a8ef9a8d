import { HttpError } from '../http/errors.js';
import type { TableRow } from '../tables/definition.js';
import type { RepositoryContext } from './repository.js';

/** Gone as GitHub has what is switched off or deleted, else not granted or not there. */
const refusals: readonly (number | undefined)[] = [403, 404, 410];

/** Whether a server refuses this one thing, rather than being in trouble. */
export function isRefused(error: unknown): error is HttpError {
  return error instanceof HttpError && refusals.includes(error.status);
}

/**
 * Gathers a part of a source: the rest is exported where that is refused as such; one that fails half-way is a failure of
 * the source.
 *
 * @param what the part, in the plural: `its merge requests`
 * @returns whether it was gathered
 */
export async function* unlessRefused(
  context: Pick<RepositoryContext, 'onIncomplete'>,
  what: string,
  rows: AsyncGenerator<TableRow>,
): AsyncGenerator<TableRow, boolean> {
  let hasRows = false;
  try {
    for await (const row of rows) {
      hasRows = true;
      yield row;
    }
    return true;
  } catch (error) {
    if (!isRefused(error) || hasRows) throw error;
    context.onIncomplete(`${what} are left out: ${error.message}`);
    return false;
  }
}
