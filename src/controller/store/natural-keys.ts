import { z } from 'zod';
import type { TableDefinition } from '../../tables/definition.js';
import type { Row, RowValue } from '../../tables/row.js';

/**
 * What identifies a row within its project, where it is more than the key among the rows of one source: mostly the
 * primary keys of the GROS database. A table that is neither here nor has a key of its own is identified by all fields.
 */
const NATURAL_KEYS: Readonly<Record<string, readonly string[]>> = {
  vcs_versions: ['repo_name', 'version_id'],
  change_path: ['repo_name', 'version_id', 'file'],
  commit_comment: ['repo_name', 'merge_request_id', 'thread_id', 'note_id'],
  ldap: ['name'],
  reservations: ['reservation_id'],
  sources: ['type', 'name', 'url'],
  source_ids: ['domain_name', 'url'],
  environments: ['environment'],
  metric_defaults: ['base_name', 'version_id'],
};

/** Fields that identify a row of a table within its project; none where all fields together do. */
export function naturalKey(table: TableDefinition): readonly string[] {
  const known = NATURAL_KEYS[table.name];
  if (known !== undefined || table.key.length === 0) {
    return known ?? [];
  }
  const ofRepository = table.row instanceof z.ZodObject && 'repo_name' in table.row.shape;
  return ofRepository && !table.key.includes('repo_name') ? ['repo_name', ...table.key] : table.key;
}

/** What identifies a row: the values of its key, or the whole row where the table has none or the row lacks a part. */
export function identityOf(row: Row, key: readonly string[]): readonly unknown[] {
  const values = key.map((field) => row[field] ?? null);
  return values.length > 0 && !values.includes(null) ? values : ['row', sortedEntries(row)];
}

function sortedEntries(row: Row): readonly (readonly [string, RowValue])[] {
  return Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1));
}
