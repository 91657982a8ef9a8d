import type { TableDefinition } from './definition.js';
import { formatFields, formatName, formatValue } from './json.js';
import type { Row, RowValue } from './row.js';

/** A field of a table, and its value in the row before. */
interface Field {
  /** What stands before a value. */
  readonly name: string;
  readonly test: ((value: RowValue) => boolean) | undefined;
  readonly isNeeded: boolean;
  value: RowValue | undefined;
  /** Name and value. */
  text: string;
}

/**
 * Tests and formats the rows of one table in one go. Many a field of a row has the value that it had in the row before,
 * and needs neither then.
 */
export class RowFormatter {
  readonly #fields = new Map<string, Field>();
  readonly #needed: number;

  constructor(private readonly table: TableDefinition) {
    const { tests, key } = table;
    const needed = new Set([...(tests?.needed ?? []), ...key]);
    for (const [name, test] of tests?.fields ?? []) {
      const isNeeded = needed.has(name);
      this.#fields.set(name, { name: formatName(name), test, isNeeded, value: undefined, text: '' });
    }
    this.#needed = needed.size;
  }

  /** The row as it stands in an exported file; undefined where it takes the schema to tell whether it is fit. */
  format(row: Row): string | undefined {
    let text = '';
    let needed = 0;
    for (const name in row) {
      const field = this.#fields.get(name);
      const value = row[name];
      // A list may be the same one with other items.
      if (field === undefined || value === undefined || typeof value === 'object') return undefined;
      if (field.value !== value) {
        if (field.test?.(value) !== true) return undefined;
        field.value = value;
        field.text = `${field.name}${formatValue(value)}`;
      }
      if (field.isNeeded) needed += 1;
      text = text === '' ? field.text : `${text},\n${field.text}`;
    }
    const isFit = text !== '' && needed === this.#needed && this.table.tests?.isComplete(row) === true;
    return isFit ? formatFields(text) : undefined;
  }
}
