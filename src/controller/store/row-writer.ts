import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Row } from '../../tables/row.js';
import { type Column, convert, jsonText } from './columns.js';
import type { Queries } from './driver.js';
import { firstRow } from './driver.js';
import { type ImportedTableSchema, qualified, quoted } from './imported-tables.js';
import { identityOf } from './natural-keys.js';

/** What rows did to their table; the rest were there already. */
export interface Written {
  readonly added: number;
  readonly changed: number;
}

/**
 * What becomes of a row whose key the table has from before: the newer export wins, an older one only fills gaps. Among
 * rows of the same key in one export the first wins, as in the GROS importer.
 */
export type OnConflict = 'replace' | 'keep';

const Counts = z.object({ added: z.int(), changed: z.int() });

/**
 * Writes a batch of rows in one statement: a column is one array parameter, whatever the number of rows. That is
 * faster than a VALUES list, and unlike COPY it goes straight to the table, with the key deciding.
 */
export async function writeRows(
  queries: Queries,
  projectId: number,
  table: ImportedTableSchema,
  rows: readonly Row[],
  onConflict: OnConflict,
): Promise<Written> {
  const arrays: (string | null)[][] = [[], [], ...table.columns.map(() => [])];
  for (const row of rows) {
    appendRow(arrays, table, row);
  }
  const counts = await firstRow(queries, statement(table, onConflict), [projectId, ...arrays], Counts);
  return counts ?? { added: 0, changed: 0 };
}

/** Adds the key, the fields beside the columns, and the columns of a row to the arrays of that order. */
function appendRow(arrays: readonly (string | null)[][], { columns, key }: ImportedTableSchema, row: Row): void {
  let held = 0;
  columns.forEach(({ field, type }, index) => {
    const value = row[field];
    const converted = convert(value, type);
    arrays[index + 2]?.push(converted.ok ? converted.text : null);
    held += converted.ok && value !== undefined ? 1 : 0;
  });
  arrays[0]?.push(rowKey(row, key));
  arrays[1]?.push(held === Object.keys(row).length ? null : jsonText(besideColumns(row, columns)));
}

/** Fields that no column can hold: those that the schema does not name, and values of another form than it says. */
function besideColumns(row: Row, columns: readonly Column[]): Row {
  const types = new Map(columns.map(({ field, type }) => [field, type]));
  return Object.fromEntries(
    Object.entries(row).filter(([field, value]) => {
      const type = types.get(field);
      return type === undefined || !convert(value, type).ok;
    }),
  );
}

/** The first 128 bits of SHA-256 over what identifies a row, as the digits of a UUID. */
export function rowKey(row: Row, key: readonly string[]): string {
  return hash('sha256', JSON.stringify(identityOf(row, key))).slice(0, 32);
}

function statement({ definition, columns }: ImportedTableSchema, onConflict: OnConflict): string {
  const names = ['row_key', 'further', ...columns.map(({ name }) => quoted(name))];
  const types = ['uuid', 'jsonb', ...columns.map(({ type }) => type)];
  const values = names.map((name, index) => `${name}::${types[index]}`);
  const held = names.slice(1);
  const replace = `do update set ${held.map((name) => `${name} = excluded.${name}`).join(', ')}
    where (${held.map((name) => `held.${name}`).join(', ')})
      is distinct from (${held.map((name) => `excluded.${name}`).join(', ')})
      and held.xmin <> pg_current_xact_id()::xid`;
  return `with written as (
    insert into ${qualified(definition.name)} as held (project_id, ${names.join(', ')})
    select distinct on (row_key) $1::integer, ${values.join(', ')}
    from unnest(${names.map((_, index) => `$${index + 2}::text[]`).join(', ')})
      with ordinality as exported (${names.join(', ')}, "#")
    order by row_key, "#"
    on conflict (project_id, row_key) ${onConflict === 'keep' ? 'do nothing' : replace}
    returning (xmax = 0) as added
  ) select (count(*) filter (where added))::integer as added, (count(*) filter (where not added))::integer as changed
    from written`;
}
