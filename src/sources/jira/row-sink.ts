import type { TableDefinition, TableRow } from '../../tables/definition.js';
import type { Row } from '../../tables/row.js';

/** Rows that reading an answer leaves beside what it is read for, such as a user who is met. */
export class RowSink {
  #rows: TableRow[] = [];
  readonly #met = new Map<TableDefinition, Set<string>>();

  /**
   * Adds a row if the table has none with the key yet.
   *
   * @param table undefined where nobody asked for it
   * @param make is called for a new row only
   */
  add(table: TableDefinition | undefined, key: string, make: () => Row): void {
    if (table === undefined) return;
    const keys = this.#met.get(table) ?? new Set();
    if (keys.has(key)) return;
    this.#met.set(table, keys.add(key));
    this.#rows.push({ table, row: make() });
  }

  /** Hands out the rows since the last call. */
  take(): readonly TableRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
