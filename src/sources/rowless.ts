import type { TableRow } from '../tables/definition.js';

/** A part of a step that ends with something, and has no rows. */
export async function* rowless<Result>(work: () => Promise<Result>): AsyncGenerator<TableRow, Result> {
  yield* [];
  return work();
}
