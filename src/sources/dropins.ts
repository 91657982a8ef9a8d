import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import type { TableDefinition, TableRow } from '../tables/definition.js';
import { readRows } from '../tables/reader.js';
import type { RepositoryContext } from './repository.js';

const trackerSchema = z.record(z.string(), z.string());

/** Files of rows and trackers that take the place of what the API of a system would answer. */
export class Dropins {
  private constructor(
    private readonly context: Pick<RepositoryContext, 'dropins' | 'entry' | 'log'>,
    private readonly tables: readonly TableDefinition[],
  ) {}

  /** @returns undefined where there is a file for none of the tables */
  static async find(
    context: Pick<RepositoryContext, 'dropins' | 'entry' | 'log'>,
    tables: readonly TableDefinition[],
  ): Promise<Dropins | undefined> {
    const found = await Promise.all(tables.map(({ file }) => isThere(path.join(context.dropins, file))));
    const there = tables.filter((_, index) => found[index]);
    return there.length === 0 ? undefined : new Dropins(context, there);
  }

  /**
   * The rows of the source, which are those that name it as `repo_name`.
   *
   * @throws {ExportError} where a file cannot be read
   */
  async *rows(): AsyncGenerator<TableRow> {
    const { dropins, entry, log } = this.context;
    for (const table of this.tables) {
      const file = path.join(dropins, table.file);
      log.info(`${entry.name}: rows are taken from ${file}`);
      for await (const row of readRows(file)) {
        if (row['repo_name'] === entry.name) yield { table, row };
      }
    }
  }

  /**
   * What a file of trackers has for the source.
   *
   * @throws {ConfigError} where the file is malformed
   */
  async tracker(name: string): Promise<string | undefined> {
    const file = path.join(this.context.dropins, name);
    if (!(await isThere(file))) return undefined;
    const { data } = trackerSchema.safeParse(parseJson(await readFile(file, 'utf8')));
    if (data === undefined) throw new ConfigError(file, 'is no update tracker; expected {"name": "moment"}');
    return Object.hasOwn(data, this.context.entry.name) ? data[this.context.entry.name] : undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
