import { z } from 'zod';
import type { DocumentDefinition, RowTests, TableDefinition } from '../definition.js';
import type { Row, RowValue } from '../row.js';
import { flag } from './fields.js';
import { quickTestOf } from './quick-test.js';

type Fields = Readonly<Record<string, z.ZodType<RowValue>>>;

interface TableDescription extends Partial<Omit<TableDefinition, 'row'>> {
  readonly name: string;
  readonly description: string;
  readonly required: Fields;
  readonly optional?: Fields;
  /** Fields that must be there where another one is. */
  readonly together?: { readonly field: string; readonly needs: readonly string[] };
}

/** Sources may add fields of their own, as mappings of Jira and TFS do; importers pass over them. */
const ADDED_FIELD = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The schema of its rows is made when it is asked for: a run has rows of few tables, and starts with all of them. */
export function defineTable(description: TableDescription): TableDefinition {
  const { name, encrypt = [], marksClearText } = description;
  const row = once(() => rowSchema(description, encrypt.length > 0));
  const tests = once(() => rowTests(description, encrypt.length > 0));
  return {
    name,
    file: description.file ?? `data_${name}.json`,
    get row() {
      return row();
    },
    get tests() {
      return tests();
    },
    key: description.key ?? [],
    encrypt,
    ...(marksClearText === undefined ? {} : { marksClearText }),
    freeText: description.freeText ?? [],
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function rowSchema(description: TableDescription, encrypted: boolean): TableDefinition['row'] {
  const { required, together } = description;
  const optional = Object.entries({ ...description.optional, ...(encrypted ? { encrypted: flag } : {}) });
  const shape = { ...required, ...Object.fromEntries(optional.map(([field, type]) => [field, type.exactOptional()])) };
  const schema = z.object(shape).catchall(ADDED_FIELD).describe(description.description);
  if (together === undefined) {
    return schema;
  }
  return schema
    .refine((row) => isTogether(row, together), {
      error: `${together.field} needs ${together.needs.join(', ')}`,
    })
    .meta({ description: description.description, dependentRequired: { [together.field]: together.needs } });
}

function rowTests(description: TableDescription, encrypted: boolean): RowTests {
  const { required, together } = description;
  const fields = { ...required, ...description.optional, ...(encrypted ? { encrypted: flag } : {}) };
  return {
    fields: new Map(Object.entries(fields).map(([field, schema]) => [field, quickTestOf(schema)])),
    needed: new Set(Object.keys(required)),
    isComplete: (row) => together === undefined || isTogether(row, together),
  };
}

function isTogether(row: Row, { field, needs }: NonNullable<TableDescription['together']>): boolean {
  return !(field in row) || needs.every((needed) => needed in row);
}

export function defineTracker(file: string, schema: z.ZodType): DocumentDefinition {
  return { name: file.replace(/\.[a-z]+$/, ''), file, schema, kind: 'tracker' };
}

export function defineDocument(file: string, schema: z.ZodType): DocumentDefinition {
  return { name: file.replace(/\.[a-z]+$/, ''), file, schema, kind: 'document' };
}
