import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../../src/controller/store/open.js';
import type { Store } from '../../src/controller/store/store.js';
import { describeWith, requirements } from '../requirements.js';
import { placeEmptyDatabase } from './empty-database.js';
import { type PostgresqlServer, startPostgresql } from './postgresql.js';

export const silent = pino({ level: 'silent' });

/** A database of a test, empty at first, that stores can be opened on one after the other. */
export interface TestDatabase {
  readonly kind: Store['kind'];
  readonly dataFolder: string;
  readonly databaseUrl?: string;
  open(): Promise<Store>;
  remove(): Promise<void>;
}

/** Runs a suite on the embedded database and on a PostgreSQL server. */
export function onEachServer(name: string, suite: (create: () => Promise<TestDatabase>) => void): void {
  describe(`${name} on PGlite`, () => {
    suite(() => testDatabase('pglite'));
  });
  onPostgresql(name, suite);
}

/** Runs a suite on a PostgreSQL server only. */
export function onPostgresql(name: string, suite: (create: () => Promise<TestDatabase>) => void): void {
  describeWith([requirements.postgres], `${name} on PostgreSQL`, () => {
    let server: PostgresqlServer | undefined;
    beforeAll(async () => {
      server = await startPostgresql();
    });
    afterAll(() => server?.stop());
    suite(async () => testDatabase('postgresql', await server?.createDatabase(`test_${randomUUID()}`)));
  });
}

async function testDatabase(kind: Store['kind'], databaseUrl?: string): Promise<TestDatabase> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'gatherer-store-'));
  if (kind === 'pglite') await placeEmptyDatabase(dataFolder);
  const place = { dataFolder, ...(databaseUrl !== undefined && { databaseUrl }) };
  return {
    kind,
    ...place,
    open: () => openStore({ ...place, log: silent }),
    remove: () => rm(dataFolder, { recursive: true, force: true }),
  };
}
