import { join } from 'node:path';
import type { Logger } from '../log/logger.js';
import { unfinishedPath } from './commit.js';
import type { TableDefinition } from './definition.js';
import { RowError } from './errors.js';
import { formatRow } from './json.js';
import { hashKey, type KeyHash, KeySet } from './key-set.js';
import type { Pseudonymiser } from './pseudonym.js';
import { readRows } from './reader.js';
import type { Row } from './row.js';
import { checkRow } from './row-check.js';
import { RowFile } from './row-file.js';
import { RowFormatter } from './row-formatter.js';

const MOST_WARNINGS = 5;

/** What all writers of one export share. */
export interface WriterContext {
  readonly folder: string;
  readonly pseudonymiser: Pseudonymiser;
  readonly log: Logger;
}

/** The rows of one table that come from one producer, with the keys that they have. */
export class TableWriter {
  readonly #file: RowFile;
  readonly #formatter: RowFormatter;
  readonly keys = new KeySet();
  #warnings = 0;

  constructor(
    readonly table: TableDefinition,
    private readonly context: WriterContext,
  ) {
    const path = unfinishedPath(context.folder, table.file, 'partial');
    this.#file = new RowFile(path, join(context.folder, table.file));
    this.#formatter = new RowFormatter(table);
  }

  get file(): RowFile {
    return this.#file;
  }

  /**
   * Makes the row pseudonymous, checks it and adds it to the file.
   *
   * @returns false where the table has a row with that key from the same producer
   * @throws {RowError} where the row does not have the shape of the table: skip the item that it was made from
   */
  write(row: Row): boolean {
    const key = keyOf(this.table, row);
    if (key !== undefined && this.keys.has(key)) {
      return false;
    }
    const exported = this.context.pseudonymiser.apply(this.table, row);
    const text = this.#formatter.format(exported) ?? this.#formatChecked(exported);
    this.#remember(key, row, exported);
    this.#file.add(text);
    return true;
  }

  /** Adds rows of the file that an earlier run left, but for those whose key is in one of the sets. */
  async merge(file: string, known: readonly KeySet[]): Promise<void> {
    for await (const row of readRows(file)) {
      const key = keyOf(this.table, row);
      if (key === undefined || ![this.keys, ...known].some((keys) => keys.has(key))) {
        const exported = this.context.pseudonymiser.apply(this.table, row);
        this.#remember(key, row, exported);
        this.#file.add(this.#formatter.format(exported) ?? formatRow(exported));
        if (this.#file.isBehind) {
          await this.#file.settle();
        }
      }
    }
  }

  /** A key counts as given and as exported, so that rows of earlier exports are recognised. */
  #remember(key: KeyHash | undefined, row: Row, exported: Row): void {
    if (key !== undefined) {
      this.keys.add(key);
      const exportedKey = this.table.key.some((field) => exported[field] !== row[field])
        ? keyOf(this.table, exported)
        : undefined;
      if (exportedKey !== undefined) {
        this.keys.add(exportedKey);
      }
    }
  }

  #formatChecked(row: Row): string {
    for (const { field, message, kind } of checkRow(this.table, row)) {
      if (kind === 'shape') {
        throw new RowError(this.table.name, `${field}: ${message}`);
      }
      this.#warnings += 1;
      if (this.#warnings <= MOST_WARNINGS) {
        this.context.log.warn(
          { table: this.table.name, field, problem: message },
          `a value of ${this.table.name}.${field} is not as its table has it, and is exported all the same`,
        );
      }
    }
    return formatRow(row);
  }
}

/** Hash of the key fields; undefined where the table has no key or the row lacks it. */
function keyOf(table: TableDefinition, row: Row): KeyHash | undefined {
  const values: string[] = [];
  for (const field of table.key) {
    const value = row[field];
    if (value === undefined || value === null) {
      return undefined;
    }
    values.push(String(value));
  }
  return values.length === 0 ? undefined : hashKey(values);
}
