import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../config/errors.js';
import type { Logger } from '../../log/logger.js';
import type { TableDefinition } from '../../tables/definition.js';
import { tables as catalogue } from '../../tables/index.js';
import type { Driver } from './driver.js';
import { StoreError, storing } from './error.js';
import { prepareTables } from './imported-tables.js';
import { migrate } from './migrate.js';
import { migrations } from './migrations/index.js';
import { openPglite } from './pglite.js';
import { placeOf } from './place.js';
import { openPostgresql } from './postgresql.js';
import { SqlStore } from './sql-store.js';
import type { Store } from './store.js';

export interface StoreOptions {
  /** Holds the embedded database (`database/`) and the user name rules (`import/data_vcsdev_to_dev.json`). */
  readonly dataFolder: string;
  /** `DATABASE_URL`: a PostgreSQL server instead of the embedded database. */
  readonly databaseUrl?: string;
  /** The tables that are imported, all of the catalogue by default; made and widened at start. */
  readonly tables?: readonly TableDefinition[];
  readonly log: Logger;
}

/** Measurements of BigBoat come over HTTP, not in exports; the controller has a table of its own for them. */
const HEALTH = 'bigboat_status';

/**
 * Opens the store and brings its schema up to date.
 * @throws StoreError where the database cannot be had; the message names what holds it or what failed
 * @throws ConfigError where DATABASE_URL cannot be used
 */
export async function openStore({ dataFolder, databaseUrl, tables = catalogue, log }: StoreOptions): Promise<Store> {
  const driver = await openDriver(dataFolder, databaseUrl, log);
  try {
    await migrate(driver, migrations);
    const place = await storing('prepare the data folder', () => placeOf(dataFolder));
    const schemas = await prepareImported(driver, tables);
    const store = new SqlStore(driver, dataFolder, { owner: randomUUID(), place }, schemas);
    await store.announce();
    return store;
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** Makes and widens the tables that exports are imported into. */
export function prepareImported(driver: Driver, tables: readonly TableDefinition[] = catalogue) {
  const imported = tables.filter(({ name }) => name !== HEALTH);
  return storing('prepare the imported tables', () => prepareTables(driver, imported));
}

async function openDriver(dataFolder: string, databaseUrl: string | undefined, log: Logger): Promise<Driver> {
  try {
    return databaseUrl ? await openPostgresql(databaseUrl, log) : await openPglite(dataFolder);
  } catch (error) {
    throw error instanceof ConfigError ? error : new StoreError('open the database', error);
  }
}
