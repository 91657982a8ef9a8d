import { tfsDeveloper, tfsWorkItem } from '../../tables/catalogue/tfs.js';
import type { TableRow } from '../../tables/definition.js';
import type { LocalTime } from '../../tables/local-time.js';
import { readField } from './field-values.js';
import type { Column } from './mapping.js';
import type { Revision } from './schema.js';

/**
 * Rows of what a work item was after one of its changes, and of the people whom it names.
 *
 * @param onUnreadable told of a column whose field has a value that cannot be read as its type
 */
export function* revisionRows(
  revision: Revision,
  columns: readonly Column[],
  time: LocalTime,
  onUnreadable: (column: string) => void,
): Generator<TableRow> {
  const values: (readonly [string, string])[] = [
    ['issue_id', String(revision.id)],
    ['changelog_id', String(revision.rev)],
  ];
  for (const { name, type, fields } of columns) {
    const field = fields.find((one) => Object.hasOwn(revision.fields, one));
    if (field === undefined) continue;
    const { text, developer } = readField(type, revision.fields[field], time);
    if (developer !== undefined) {
      yield { table: tfsDeveloper, row: { display_name: developer.name, email: developer.address } };
    }
    if (text !== undefined) values.push([name, text]);
    // People without an address are left out as a rule.
    else if (type !== 'developer') onUnreadable(name);
  }
  yield { table: tfsWorkItem, row: Object.fromEntries(values) };
}

/** All fields that columns come from. */
export function fieldsOf(columns: readonly Column[]): readonly string[] {
  return [...new Set(columns.flatMap(({ fields }) => fields))];
}
