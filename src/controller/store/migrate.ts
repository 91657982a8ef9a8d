import { z } from 'zod';
import type { Driver, Queries } from './driver.js';
import { firstRow } from './driver.js';
import { StoreError, storing } from './error.js';
import type { Migration } from './migrations/definition.js';

/** Taken for the time of one migration, so that controllers that start together take turns. */
const TAKE_TURNS = "select pg_advisory_xact_lock(hashtextextended('gros migration', 0))";

const Latest = z.object({ latest: z.int() });

/**
 * Brings the schema `gros` up to date, each migration in a transaction of its own.
 * @throws StoreError where one fails, or where the database was made by a newer version
 */
export async function migrate(driver: Driver, migrations: readonly Migration[]): Promise<void> {
  await storing('prepare the schema gros', () => driver.transaction(prepare));
  const newest = migrations.at(-1)?.number ?? 0;
  const latest = await storing('read the version of the schema gros', () => latestOf(driver));
  if (latest > newest) {
    const reason = `it has version ${latest} of a newer program, and this one knows version ${newest}; update the program`;
    throw new StoreError('use the schema gros of the database', new Error(reason));
  }
  for (const migration of migrations.filter(({ number }) => number > latest)) {
    await storing(`run database migration ${migration.number} (${migration.name})`, () =>
      driver.transaction((queries) => apply(queries, migration)),
    );
  }
}

async function prepare(queries: Queries): Promise<void> {
  await queries.rows(TAKE_TURNS, [], z.unknown());
  const present = await firstRow(queries, "select to_regclass('gros.migration') is not null as present", [], Present);
  if (present?.present !== true) {
    await queries.run('create schema if not exists gros');
    await queries.run(
      'create table gros.migration (number integer primary key, name text not null, applied timestamptz not null default now())',
    );
  }
}

const Present = z.object({ present: z.boolean() });

async function latestOf(queries: Queries): Promise<number> {
  const row = await firstRow(queries, 'select coalesce(max(number), 0) as latest from gros.migration', [], Latest);
  return row?.latest ?? 0;
}

async function apply(queries: Queries, migration: Migration): Promise<void> {
  await queries.rows(TAKE_TURNS, [], z.unknown());
  if ((await latestOf(queries)) >= migration.number) {
    return;
  }
  for (const statement of migration.statements) {
    await queries.run(statement);
  }
  await queries.run('insert into gros.migration (number, name) values ($1, $2)', [migration.number, migration.name]);
}
