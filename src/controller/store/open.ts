import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../config/errors.js';
import type { Logger } from '../../log/logger.js';
import type { Driver } from './driver.js';
import { StoreError } from './error.js';
import { migrate } from './migrate.js';
import { migrations } from './migrations/index.js';
import { openPglite } from './pglite.js';
import { openPostgresql } from './postgresql.js';
import { SqlStore } from './sql-store.js';
import type { Store } from './store.js';

export interface StoreOptions {
  /** Holds the embedded database (`database/`) and the user name rules (`import/data_vcsdev_to_dev.json`). */
  readonly dataFolder: string;
  /** `DATABASE_URL`: a PostgreSQL server instead of the embedded database. */
  readonly databaseUrl?: string;
  readonly log: Logger;
}

/**
 * Opens the store and brings its schema up to date.
 * @throws StoreError where the database cannot be had; the message names what holds it or what failed
 * @throws ConfigError where DATABASE_URL cannot be used
 */
export async function openStore({ dataFolder, databaseUrl, log }: StoreOptions): Promise<Store> {
  const driver = await openDriver(dataFolder, databaseUrl, log);
  try {
    await migrate(driver, migrations);
    const store = new SqlStore(driver, dataFolder, randomUUID());
    await store.announce();
    return store;
  } catch (error) {
    await driver.close();
    throw error;
  }
}

async function openDriver(dataFolder: string, databaseUrl: string | undefined, log: Logger): Promise<Driver> {
  try {
    return databaseUrl ? await openPostgresql(databaseUrl, log) : await openPglite(dataFolder);
  } catch (error) {
    throw error instanceof ConfigError ? error : new StoreError('open the database', error);
  }
}
