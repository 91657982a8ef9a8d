import type { RowTests, TableDefinition } from './definition.js';
import type { Row } from './row.js';

/** What is wrong with a row; without any value of it, for it may go to the log. */
export interface RowProblem {
  readonly field: string;
  readonly message: string;
  /**
   * `shape`: a field is missing or has the wrong type; the row is of no use. `value`: a text is longer or of another form
   * than the importer of the original expects; the row is kept, for upstream data is what it is.
   */
  readonly kind: 'shape' | 'value';
}

const SHAPE_CODES: ReadonlySet<string> = new Set([
  'invalid_type',
  'invalid_key',
  'unrecognized_keys',
  'invalid_element',
]);

const NONE: readonly RowProblem[] = [];

/** Whether a row passes all tests: it has no field that its table does not have then. */
export function passes({ fields, needed, isComplete }: RowTests, row: Row): boolean {
  let found = 0;
  for (const field in row) {
    const value = row[field];
    if (value === undefined || fields.get(field)?.(value) !== true) return false;
    if (needed.has(field)) found += 1;
  }
  return found === needed.size && isComplete(row);
}

/** Holds a row against the schema of its table; an empty list where it fits. */
export function checkRow(table: TableDefinition, row: Row): readonly RowProblem[] {
  const missing = table.key.filter((field) => row[field] === undefined || row[field] === null);
  if (missing.length === 0 && table.tests !== undefined && passes(table.tests, row)) {
    return NONE;
  }
  const problems = missing.map((field): RowProblem => ({ field, message: 'misses its key', kind: 'shape' }));
  const result = table.row.safeParse(row);
  if (result.success) {
    return problems;
  }
  return problems.concat(
    result.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      message: issue.message,
      kind: SHAPE_CODES.has(issue.code) ? 'shape' : 'value',
    })),
  );
}
