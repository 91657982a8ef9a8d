import type { z } from 'zod';
import type { Row, RowValue } from './row.js';

/** Tests much faster than a schema: a row that passes all, the schema accepts. One that does not may be fit too. */
export interface RowTests {
  /** By field, for each that the table has; undefined where only the schema can tell. */
  readonly fields: ReadonlyMap<string, ((value: RowValue) => boolean) | undefined>;
  /** Fields without which no row is fit. */
  readonly needed: ReadonlySet<string>;
  /** Whether fields that need others have them. */
  readonly isComplete: (row: Row) => boolean;
}

/** The contract of one exported table. */
export interface TableDefinition {
  /** Name as in `gros.<name>`; the exported file is `data_<name>.json` unless `file` says otherwise. */
  readonly name: string;
  readonly file: string;
  /** Accepts one row as it leaves the agent, pseudonymised or not. */
  readonly row: z.ZodType<Row>;
  readonly tests?: RowTests;
  /**
   * Fields that identify a row among those of one source instance; a second row with the same values is dropped. None:
   * every row is kept.
   */
  readonly key: readonly string[];
  /** Fields that are replaced by pseudonyms before they are written. */
  readonly encrypt: readonly string[];
  /** False where rows in clear text have no field that says so, because the original never encrypts the table. */
  readonly marksClearText?: boolean;
  /** Fields that hold text written by people, in which personal data cannot be excluded. */
  readonly freeText: readonly string[];
}

/** A row on its way to the file of its table. */
export interface TableRow {
  readonly table: TableDefinition;
  readonly row: Row;
}

/** A row, or several that are at hand: each turn of a generator costs as much as a row or two. */
export type TableRows = TableRow | readonly TableRow[];

/** The contract of an exported file that is no table: an update tracker, or a description of the project. */
export interface DocumentDefinition {
  readonly name: string;
  readonly file: string;
  /** Accepts the parsed JSON, or the text where the file is not JSON. */
  readonly schema: z.ZodType;
  /** Trackers say how far a step came, and go back to the agent after the import. */
  readonly kind: 'tracker' | 'document';
}
