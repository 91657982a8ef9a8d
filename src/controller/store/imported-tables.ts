import { z } from 'zod';
import type { TableDefinition } from '../../tables/definition.js';
import { COLUMN_TYPES, type Column, columnsOf } from './columns.js';
import type { Driver, Queries } from './driver.js';
import { naturalKey } from './natural-keys.js';

/** A table of the catalogue as it stands in the database. */
export interface ImportedTableSchema {
  readonly definition: TableDefinition;
  /** Columns with the types that the database has, which may be those of an earlier version. */
  readonly columns: readonly Column[];
  /** Fields that identify a row within its project; none: all of them. */
  readonly key: readonly string[];
}

const Present = z.object({ table: z.string(), column: z.string(), type: z.string() });
type Present = z.infer<typeof Present>;

/** Names of the information schema for types that we write otherwise. */
const TYPE_NAMES: Readonly<Record<string, string>> = { 'timestamp without time zone': 'timestamp' };

const LOCK = "select pg_advisory_xact_lock(hashtextextended('gros tables', 0))";

/**
 * Makes the tables of the catalogue that are missing, and adds the columns that an earlier version did not have. Each
 * has its project, its columns, `further` for what the schema does not name, and a hash of the key as primary key: an
 * index on the key itself cannot hold paths of any length. A table without a key has the hash of the whole row.
 */
export async function prepareTables(
  driver: Driver,
  tables: readonly TableDefinition[],
): Promise<ReadonlyMap<string, ImportedTableSchema>> {
  const present = await presentColumns(driver);
  const missing = tables.flatMap((table) => missingStatements(table, present));
  if (missing.length > 0) {
    await driver.transaction(async (queries) => {
      await queries.rows(LOCK, [], z.unknown());
      for (const statement of missing) {
        await queries.run(statement);
      }
    });
  }
  const columns = missing.length > 0 ? await presentColumns(driver) : present;
  return new Map(
    tables.map((table) => [table.name, { definition: table, columns: actual(table, columns), key: naturalKey(table) }]),
  );
}

function presentColumns(queries: Pick<Queries, 'rows'>): Promise<readonly Present[]> {
  return queries.rows(
    `select table_name::text as table, column_name::text as column, data_type::text as type
     from information_schema.columns where table_schema = 'gros'`,
    [],
    Present,
  );
}

function missingStatements(table: TableDefinition, present: readonly Present[]): readonly string[] {
  const known = new Set(
    present.filter((column) => column.table === table.name.toLowerCase()).map(({ column }) => column),
  );
  const columns = columnsOf(table);
  const name = qualified(table.name);
  if (known.size === 0) {
    const definitions = columns.map((column) => `, ${quoted(column.name)} ${column.type}`);
    return [
      `create table if not exists ${name} (
         project_id integer not null references gros.project, row_key uuid not null${definitions.join('')},
         further jsonb, primary key (project_id, row_key)
       )`,
    ];
  }
  if (!known.has('row_key')) {
    throw new Error(`table ${table.name} of the catalogue has the name of a table of the controller`);
  }
  return columns
    .filter((column) => !known.has(column.name))
    .map((column) => `alter table ${name} add column if not exists ${quoted(column.name)} ${column.type}`);
}

function actual(table: TableDefinition, present: readonly Present[]): readonly Column[] {
  const types = new Map(
    present.filter((column) => column.table === table.name.toLowerCase()).map((c) => [c.column, c.type]),
  );
  return columnsOf(table).map((column) => {
    const type = types.get(column.name) ?? column.type;
    const known = COLUMN_TYPES.find((name) => name === (TYPE_NAMES[type] ?? type));
    if (known === undefined) {
      throw new Error(`column ${column.name} of table ${table.name} has type ${type}, which imports do not write`);
    }
    return { ...column, type: known };
  });
}

/** Names are in lower case, so that a query need not quote them. */
export function qualified(table: string): string {
  return `gros.${quoted(table.toLowerCase())}`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
