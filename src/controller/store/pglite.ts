import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { takeLock } from '../../config/lock-file.js';
import { DatabaseError, withoutData } from './database-error.js';
import type { Driver, Parameter, Queries, Release } from './driver.js';
import { unpackEmptyDatabase } from './empty-database.js';
import { PgliteSession } from './pglite-session.js';

const embedded = {
  what: 'the database',
  remedy: 'stop it first, or use DATABASE_URL for several controllers',
};

/**
 * Opens, and where needed creates, the embedded database in `<dataFolder>/database`.
 * @throws LockedError where another process has it
 */
export async function openPglite(dataFolder: string): Promise<Driver> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const lock = await takeLock(join(dataFolder, 'database.lock'), embedded);
  const folder = join(dataFolder, 'database');
  try {
    await createDatabase(folder);
    const driver = new PgliteDriver(folder, () => lock.release());
    await driver.open();
    return driver;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A new database is made beside its place and moved there whole, so that a killed start leaves no half database. */
async function createDatabase(folder: string): Promise<void> {
  if (existsSync(folder)) {
    return;
  }
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  if (!(await unpackEmptyDatabase(fresh))) await makeDatabase(fresh);
  await rename(fresh, folder);
}

async function makeDatabase(folder: string): Promise<void> {
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await withoutData(() => PGlite.create(folder));
  await database.close();
}

/** Of what keeps a database from being opened, PGlite tells next to nothing. */
function unusable(folder: string, { message, code, severity }: DatabaseError): DatabaseError {
  return new DatabaseError(
    `${folder} holds no embedded database that can be used (${message}). Is the disk full, or was something in it ` +
      'changed? If it is damaged, put a backup in its place, or move it away to begin with an empty one',
    code,
    severity,
  );
}

class PgliteDriver implements Driver {
  readonly kind = 'pglite';
  readonly reading: Pick<Queries, 'rows'>;
  readonly #locks = new Set<string>();
  #session: Promise<PgliteSession> | undefined;
  #closed = false;

  constructor(
    private readonly folder: string,
    private readonly released: Release,
  ) {
    this.reading = { rows: (sql, parameters, row) => this.#readBeside(sql, parameters, row) };
  }

  /** The open database; opened again, and so recovered, where it was lost. */
  async open(): Promise<PgliteSession> {
    if (this.#closed) {
      throw new DatabaseError('the database is closed', undefined, undefined);
    }
    const before = this.#session;
    const session = await before?.catch(() => undefined);
    if ((session === undefined || session.lost) && this.#session === before) {
      this.#session = this.#load();
    }
    return this.#session ?? this.#load();
  }

  async rows<T>(sql: string, parameters: readonly Parameter[], row: z.ZodType<T>): Promise<readonly T[]> {
    return (await this.open()).queries.rows(sql, parameters, row);
  }

  async run(sql: string, parameters?: readonly Parameter[]): Promise<number> {
    return (await this.open()).queries.run(sql, parameters);
  }

  async transaction<T>(action: (queries: Queries) => Promise<T>): Promise<T> {
    return (await this.open()).transaction(action);
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
    this.#closed = true;
    try {
      const session = await this.#session?.catch(() => undefined);
      await session?.close();
    } finally {
      await this.released();
    }
  }

  async #load(): Promise<PgliteSession> {
    const { PGlite } = await import('@electric-sql/pglite');
    try {
      return new PgliteSession(await withoutData(() => PGlite.create(this.folder)));
    } catch (error) {
      throw error instanceof DatabaseError ? unusable(this.folder, error) : error;
    }
  }

  /**
   * There is one session only: a read that came while an import is under way is asked within its transaction, so that
   * a status request does not wait for an import of minutes.
   */
  async #readBeside<T>(sql: string, parameters: readonly Parameter[], row: z.ZodType<T>): Promise<readonly T[]> {
    const { beside } = await this.open();
    try {
      return (await beside?.rows(sql, parameters, row)) ?? (await this.rows(sql, parameters, row));
    } catch {
      // The transaction ended, or failed before: the answer comes from the state that it left.
      return this.rows(sql, parameters, row);
    }
  }
}
