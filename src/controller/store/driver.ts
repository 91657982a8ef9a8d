import type { z } from 'zod';

/** Values that both servers bind alike. Dates go as text in ISO 8601, structures as JSON text. */
export type Parameter = string | number | boolean | null | readonly (string | null)[];

/** Statements on one connection or one transaction. Parameters are always bound, never put into the text. */
export interface Queries {
  /** Rows of a statement, each checked against the schema. */
  rows<T>(sql: string, parameters: readonly Parameter[], row: z.ZodType<T>): Promise<readonly T[]>;
  /** Runs a statement; the number of rows that it touched. */
  run(sql: string, parameters?: readonly Parameter[]): Promise<number>;
}

/** Gives a lock back. */
export type Release = () => Promise<void>;

/** An SQL server of the PostgreSQL family. Everything above it is written once. */
export interface Driver extends Queries {
  readonly kind: 'pglite' | 'postgresql';
  /** Reads that may run beside a long transaction, and never wait for one. */
  readonly reading: Pick<Queries, 'rows'>;
  /** Commits when the action resolves, rolls back when it rejects. */
  transaction<T>(action: (queries: Queries) => Promise<T>): Promise<T>;
  /** Takes a lock that is freed when its holder dies; undefined where somebody holds it. */
  tryLock(name: string): Promise<Release | undefined>;
  isLocked(name: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The first row, or undefined. */
export async function firstRow<T>(
  queries: Pick<Queries, 'rows'>,
  sql: string,
  parameters: readonly Parameter[],
  row: z.ZodType<T>,
): Promise<T | undefined> {
  const [first] = await queries.rows(sql, parameters, row);
  return first;
}
