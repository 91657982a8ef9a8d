import type { TableDefinition } from '../../tables/definition.js';
import type { RowValue } from '../../tables/row.js';
import { type Cast, type CastContext, type CastValue, looseFlag, makeCasts } from './casts.js';
import type { FieldMapping, FieldType, JiraMapping } from './mapping.js';
import type { ChangeItem, Issue } from './schema.js';
import { isObject, property, textOf } from './values.js';

/** A column of the issues. */
export interface Column {
  readonly name: string;
  /** Its value in an issue as it is now; undefined where changes alone tell it. */
  readonly read: ((issue: Issue) => CastValue) | undefined;
  /** What it was before a change of a field. */
  readonly before: (item: ChangeItem) => CastValue;
  /** What a value that an entry of the changelog has becomes. */
  readonly cast: (value: unknown) => CastValue;
  /** Each change counts: `before` is how many more there were. */
  readonly counts: boolean;
  /** Says how a change came about; other columns that changes tell of say what was before it. */
  readonly ofChange: boolean;
  readonly types: readonly FieldType[];
}

const columnsOfChanges: readonly string[] = ['updated_by', 'rank_change'];

/** The columns of a mapping. Rows of tables of their values go to the sink. */
export class Fields {
  readonly columns: readonly Column[];
  /** Index of the column that a field in a changelog tells of. */
  readonly ofChanges: ReadonlyMap<string, number>;
  /** Index of the column for a property of the entries of a changelog, by the name of the property. */
  readonly ofEntries: ReadonlyMap<string, number>;
  /** Fields to ask for. */
  readonly wanted: readonly string[];

  private readonly casts: Readonly<Record<FieldType, Cast>>;

  constructor(
    mapping: JiraMapping,
    private readonly context: CastContext,
  ) {
    this.casts = makeCasts(context);
    const fields = mapping.fields.filter(({ special }) => special === undefined);
    this.columns = fields.map((field) => this.column(field));
    const indexes = (name: (field: FieldMapping) => string | undefined): ReadonlyMap<string, number> =>
      new Map(fields.flatMap((field, index) => entry(name(field), index)));
    this.ofEntries = indexes(({ changelog_primary: primary }) => primary);
    this.ofChanges = indexes((field) => (field.changelog_primary === undefined ? field.changelog_name : undefined));
    const named = mapping.fields.flatMap(({ field, primary, special, name }) =>
      primary === undefined ? (field ?? (special === undefined ? [] : name)) : [],
    );
    this.wanted = [...new Set([...named, 'creator', 'created'])];
  }

  /** The value of a type, for a property of a thing or a comment. */
  cast(types: readonly FieldType[], value: unknown): CastValue {
    return readAll(
      types.map((type) => this.casts[type]),
      value,
    );
  }

  private column(field: FieldMapping): Column {
    const casts = field.type.map((type) => this.castOf(field, type));
    return {
      name: field.name,
      read: this.reader(field, casts),
      cast: (value) => readAll(casts, value),
      before: (item) => beforeAll(casts, item),
      counts: casts.some(({ counts }) => counts === true),
      ofChange: columnsOfChanges.includes(field.name),
      types: field.type,
    };
  }

  private castOf({ name }: FieldMapping, type: FieldType): Cast {
    return type === 'flag' && name !== 'flagged' && !this.context.corrections ? looseFlag : this.casts[type];
  }

  private reader(field: FieldMapping, casts: readonly Cast[]): Column['read'] {
    const { primary, field: source, property: part, table } = field;
    if (primary !== undefined) return (issue) => readAll(casts, property(issue, primary));
    if (source === undefined) return undefined;
    if (part === undefined) return ({ fields }) => readAll(casts, fields[source] ?? undefined);
    const columns = typeof table === 'object' ? Object.entries(table) : [];
    const thingTable = columns.length === 0 ? undefined : this.context.tables.ofField(field.name);
    return ({ fields }) => {
      const thing = fields[source];
      const value = readAll(casts, property(thing, part) ?? undefined);
      if (value !== undefined) this.addThing(thingTable, { part, value, thing, columns });
      return value;
    };
  }

  /** Adds a row of what a value stands for, if it has any of the properties that the table has. */
  private addThing(table: TableDefinition | undefined, read: Thing): void {
    const { part, value, thing, columns } = read;
    if (!isObject(thing) || !columns.some(([name]) => Object.hasOwn(thing, name))) return;
    this.context.sink.add(table, String(value), () => {
      const others = columns.map(([name, types]) => [name, this.cast(types, property(thing, name)) ?? '0'] as const);
      return { [part]: value, ...Object.fromEntries(others) };
    });
  }
}

interface Thing {
  readonly part: string;
  readonly value: RowValue;
  readonly thing: unknown;
  readonly columns: readonly (readonly [string, readonly FieldType[]])[];
}

function entry(name: string | undefined, index: number): readonly (readonly [string, number])[] {
  return name === undefined ? [] : [[name, index]];
}

/** One type after the other; without a type, the text as it is. */
function readAll(casts: readonly Cast[], value: unknown): CastValue {
  if (casts.length === 0) return textOf(value);
  let read = value;
  let result: CastValue;
  for (const cast of casts) {
    result = cast.read(read);
    read = result;
  }
  return result;
}

function beforeAll(casts: readonly Cast[], item: ChangeItem): CastValue {
  let value = readAll(casts, item.from.id ?? item.from.text);
  for (const { before } of casts) {
    if (before !== undefined) value = before(item, value);
  }
  return value;
}
