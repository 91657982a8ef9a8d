import type { PGlite, Transaction } from '@electric-sql/pglite';
import { DatabaseError, withoutData } from './database-error.js';
import type { Queries } from './driver.js';
import { Turns } from './turns.js';

/**
 * One open embedded database. When it panics, as on a full disk, nothing may be asked of it any more: its code was left
 * in the middle, and the next statement, even a rollback, would never return. So statements wait for their turn here
 * and not in PGlite, and those behind a panic are refused.
 */
export class PgliteSession {
  readonly #exclusive = new Turns();
  #current: { readonly transaction: Transaction; readonly turns: Turns } | undefined;
  #lost = false;

  constructor(private readonly database: PGlite) {}

  get lost(): boolean {
    return this.#lost;
  }

  /** Statements outside of transactions; each waits for a transaction under way. */
  readonly queries: Queries = {
    rows: (sql, parameters, row) =>
      this.#exclusive.take(() => queriesOf(this.database, (ask) => this.#ask(ask)).rows(sql, parameters, row)),
    run: (sql, parameters) =>
      this.#exclusive.take(() => queriesOf(this.database, (ask) => this.#ask(ask)).run(sql, parameters)),
  };

  /** Statements of the transaction under way, for reads that do not want to wait for its end. */
  get beside(): Queries | undefined {
    const current = this.#current;
    return current && queriesOf(current.transaction, (ask) => current.turns.take(() => this.#ask(ask)));
  }

  transaction<T>(action: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#exclusive.take(
      () =>
        new Promise<T>((resolve, reject) => {
          const run = (transaction: Transaction): Promise<T> => this.#within(transaction, action, reject);
          this.database.transaction(run).then(resolve, reject);
        }),
    );
  }

  async close(): Promise<void> {
    if (!this.#lost) {
      await this.#exclusive.take(() => this.database.close());
    }
  }

  async #within<T>(
    transaction: Transaction,
    action: (queries: Queries) => Promise<T>,
    abandon: (error: unknown) => void,
  ): Promise<T> {
    const turns = new Turns();
    this.#current = { transaction, turns };
    try {
      return await action(queriesOf(transaction, (ask) => turns.take(() => this.#ask(ask))));
    } catch (error) {
      if (this.#lost) {
        abandon(error);
        return new Promise<never>(() => undefined);
      }
      throw error;
    } finally {
      this.#current = undefined;
    }
  }

  async #ask<T>(statement: () => Promise<T>): Promise<T> {
    if (this.#lost) {
      throw new DatabaseError('the embedded database stopped; it is opened again', '57P01', 'FATAL');
    }
    try {
      return await withoutData(statement);
    } catch (error) {
      this.#lost = endsSession(error);
      throw error;
    }
  }
}

function endsSession(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === undefined || error.severity !== 'ERROR');
}

function queriesOf(session: PGlite | Transaction, ask: <T>(statement: () => Promise<T>) => Promise<T>): Queries {
  return {
    async rows(sql, parameters, row) {
      const result = await ask(() => session.query<unknown>(sql, [...parameters]));
      return row.array().parse(result.rows);
    },
    async run(sql, parameters = []) {
      const result = await ask(() => session.query(sql, [...parameters]));
      return result.affectedRows ?? 0;
    },
  };
}
