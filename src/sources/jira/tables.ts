import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import * as catalogue from '../../tables/catalogue/jira.js';
import type { TableDefinition } from '../../tables/definition.js';
import type { Row } from '../../tables/row.js';
import type { FieldMapping, FieldType, JiraMapping, SpecialName } from './mapping.js';

/** The tables that a mapping asks for. One that it does not ask for is undefined, and its rows are left out. */
export interface JiraTables {
  readonly issue: TableDefinition;
  readonly relationshipType: TableDefinition;
  readonly statusCategory: TableDefinition;
  readonly component: TableDefinition | undefined;
  /** Of a column, or of a list in the issues, by its name in the mapping. */
  readonly ofField: (name: string) => TableDefinition | undefined;
  /** Of all values of a type, whichever field they are of. */
  readonly ofType: (type: FieldType) => TableDefinition | undefined;
  readonly all: readonly TableDefinition[];
  /** Those whose earlier rows stay. */
  readonly merged: readonly TableDefinition[];
}

/** Types whose values are rows of a table that several fields share. */
const tablesOfTypes: Partial<Readonly<Record<FieldType, TableDefinition>>> = {
  sprint: catalogue.jiraSprint,
  developer: catalogue.jiraDeveloper,
  version: catalogue.fixVersion,
  ready_status: catalogue.readyStatus,
};

const tablesOfLists: Readonly<Record<SpecialName, TableDefinition>> = {
  comment: catalogue.comments,
  components: catalogue.issueComponent,
  issuelinks: catalogue.issueLinks,
  subtasks: catalogue.subtasks,
};

/** Which columns a table has is up to the mapping; their values are texts, and in few tables numbers. */
const anyColumns = z.custom<Row>((row) => Object.values(Object(row)).every(isValue), { error: 'holds no text' });

function isValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** @throws {ConfigError} where two tables have the same file */
export function tablesOf(mapping: JiraMapping): JiraTables {
  const named = new Map<string, TableDefinition>();
  const options = new Map<string, FieldMapping['table_options']>();
  const namesOfFields = new Map<string, string>();
  const namesOfTypes = new Map<FieldType, string>();
  for (const field of mapping.fields) {
    const wanted = wantedTable(field);
    if (wanted === undefined) continue;
    const { name } = wanted;
    options.set(name, { ...options.get(name), ...field.table_options });
    named.set(name, withOptions(named.get(name) ?? wanted, options.get(name)));
    namesOfFields.set(field.name, name);
    const type = sharedType(field);
    if (type !== undefined) namesOfTypes.set(type, name);
  }
  const own = ownTables(mapping);
  const all = [...Object.values(own).filter((table) => table !== undefined), ...named.values()];
  checkFiles(all, mapping.file);
  return {
    ...own,
    ofField: (name) => named.get(namesOfFields.get(name) ?? ''),
    ofType: (type) => named.get(namesOfTypes.get(type) ?? ''),
    all,
    merged: [...named.values()].filter(({ name }) => options.get(name)?.merge_update === true),
  };
}

/** Tables that there are whatever the mapping says of tables. */
function ownTables({
  fields,
}: JiraMapping): Pick<JiraTables, 'issue' | 'relationshipType' | 'statusCategory' | 'component'> {
  const encrypt = fields.filter((field) => field.encrypt).map(({ name }) => name);
  return {
    issue: { ...catalogue.issue, row: anyColumns, encrypt },
    relationshipType: catalogue.relationshipType,
    statusCategory: catalogue.statusCategory,
    component: fields.some(({ special }) => special === 'components') ? catalogue.component : undefined,
  };
}

function sharedType({ type }: FieldMapping): FieldType | undefined {
  return type.find((one) => tablesOfTypes[one] !== undefined);
}

function wantedTable(field: FieldMapping): TableDefinition | undefined {
  const { name, table, special, property } = field;
  if (table === undefined) return undefined;
  const type = sharedType(field);
  const shared = type === undefined ? undefined : tablesOfTypes[type];
  const known = shared ?? (special === undefined ? undefined : tablesOfLists[special]);
  if (special === 'comment')
    return { ...shapedTable(typeof table === 'string' ? table : 'comments'), key: commentKey(table) };
  if (known === undefined) return { ...shapedTable(typeof table === 'string' ? table : name), key: [property ?? 'id'] };
  return typeof table === 'string' ? { ...known, name: table } : known;
}

function shapedTable(name: string): Omit<TableDefinition, 'key'> {
  return { name, file: `data_${name}.json`, row: anyColumns, encrypt: [], freeText: [] };
}

/** Without such a column every row is kept. */
function commentKey(columns: NonNullable<FieldMapping['table']>): readonly string[] {
  return typeof columns !== 'string' && Object.hasOwn(columns, 'id') ? ['id'] : [];
}

function withOptions(table: TableDefinition, options: FieldMapping['table_options'] = {}): TableDefinition {
  const { filename = `data_${table.name}.json`, encrypt_fields: encrypt = [] } = options;
  return { ...table, file: filename, encrypt };
}

function checkFiles(tables: readonly TableDefinition[], mapping: string): void {
  const names = new Map<string, string>();
  for (const { name, file } of tables) {
    const other = names.get(file);
    if (other !== undefined)
      throw new ConfigError(mapping, `the tables ${other} and ${name} have the same file ${file}`);
    names.set(file, name);
  }
}
