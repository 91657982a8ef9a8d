import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import type { z } from 'zod';
import { takeDataLock } from './data-lock.js';
import type { Driver, Parameter, Queries, Release } from './driver.js';

/**
 * Opens, and where needed creates, the embedded database in `<dataFolder>/database`.
 * @throws LockedError where another process has it
 */
export async function openPglite(dataFolder: string): Promise<Driver> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const lock = await takeDataLock(join(dataFolder, 'database.lock'));
  try {
    const database = await openDatabase(join(dataFolder, 'database'));
    return new PgliteDriver(database, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A new database is made beside its place and moved there whole, so that a killed start leaves no half database. */
async function openDatabase(folder: string): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite');
  if (!existsSync(folder)) {
    const fresh = `${folder}.new`;
    await rm(fresh, { recursive: true, force: true });
    const database = await PGlite.create(fresh);
    await database.close();
    await rename(fresh, folder);
  }
  return PGlite.create(folder);
}

class PgliteDriver implements Driver {
  readonly kind = 'pglite';
  readonly reading: Pick<Queries, 'rows'>;
  readonly #locks = new Set<string>();
  #current: Transaction | undefined;

  constructor(
    private readonly database: PGlite,
    private readonly released: Release,
  ) {
    this.reading = { rows: (sql, parameters, row) => this.#readBeside(sql, parameters, row) };
  }

  rows<T>(sql: string, parameters: readonly Parameter[], row: z.ZodType<T>): Promise<readonly T[]> {
    return queriesOf(this.database).rows(sql, parameters, row);
  }

  run(sql: string, parameters?: readonly Parameter[]): Promise<number> {
    return queriesOf(this.database).run(sql, parameters);
  }

  transaction<T>(action: (queries: Queries) => Promise<T>): Promise<T> {
    return this.database.transaction(async (transaction) => {
      this.#current = transaction;
      try {
        return await action(queriesOf(transaction));
      } finally {
        this.#current = undefined;
      }
    });
  }

  async tryLock(name: string): Promise<Release | undefined> {
    if (this.#locks.has(name)) {
      return undefined;
    }
    this.#locks.add(name);
    return async () => {
      this.#locks.delete(name);
    };
  }

  async isLocked(name: string): Promise<boolean> {
    return this.#locks.has(name);
  }

  async close(): Promise<void> {
    try {
      await this.database.close();
    } finally {
      await this.released();
    }
  }

  /**
   * There is one session only: a read that came while an import is under way is asked within its transaction, so that
   * a status request does not wait for an import of minutes.
   */
  async #readBeside<T>(sql: string, parameters: readonly Parameter[], row: z.ZodType<T>): Promise<readonly T[]> {
    const current = this.#current;
    if (current !== undefined) {
      try {
        return await queriesOf(current).rows(sql, parameters, row);
      } catch {
        // The transaction ended, or failed before: the answer comes from the state that it left.
      }
    }
    return this.rows(sql, parameters, row);
  }
}

function queriesOf(session: PGlite | Transaction): Queries {
  return {
    async rows(sql, parameters, row) {
      const result = await session.query<unknown>(sql, [...parameters]);
      return row.array().parse(result.rows);
    },
    async run(sql, parameters = []) {
      const result = await session.query(sql, [...parameters]);
      return result.affectedRows ?? 0;
    },
  };
}
