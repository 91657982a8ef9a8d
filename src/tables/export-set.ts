import { access, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomically } from '../config/atomic-file.js';
import { beginCommit, finishCommit, type Renaming, recoverFolder, removeUnfinished, unfinishedPath } from './commit.js';
import type { TableDefinition, TableRow } from './definition.js';
import { exportError } from './errors.js';
import type { KeySet } from './key-set.js';
import { RowFile } from './row-file.js';
import { TableWriter, type WriterContext } from './writer.js';

interface DeclaredTable {
  readonly table: TableDefinition;
  readonly merge: boolean;
  readonly file: RowFile;
  readonly keys: KeySet[];
}

/** Rows per exported file. */
export type ExportSummary = ReadonlyMap<string, number>;

/**
 * The tables and update trackers that one step replaces together: after {@link ExportSet.commit} all are new, before,
 * and wherever the process is killed, all are old, or become new when the folder is opened next.
 */
export class ExportSet {
  readonly #tables = new Map<string, DeclaredTable>();
  readonly #producers = new Set<RowProducer>();
  readonly #trackers = new Map<string, string>();
  #joining: Promise<void> = Promise.resolve();

  private constructor(private readonly context: WriterContext) {}

  /**
   * Makes the export folder where there is none, and clears away what killed runs left in it.
   *
   * @throws {ExportError}
   */
  static async open(context: WriterContext): Promise<ExportSet> {
    try {
      await mkdir(context.folder, { recursive: true });
    } catch (error) {
      throw exportError(context.folder, 'create the export folder', error);
    }
    await recoverFolder(context.folder);
    return new ExportSet(context);
  }

  /**
   * Has the file of a table written, as an empty array where no rows come.
   *
   * @param options.merge the rows of the file that is there stay behind the new ones
   */
  declare(table: TableDefinition, options: { readonly merge?: boolean } = {}): void {
    this.#declared(table, options.merge ?? false);
  }

  #declared(table: TableDefinition, merge = false): DeclaredTable {
    const known = this.#tables.get(table.file);
    if (known !== undefined) {
      return known;
    }
    const path = unfinishedPath(this.context.folder, table.file, 'partial');
    const file = new RowFile(path, join(this.context.folder, table.file));
    const declared = { table, merge, file, keys: [] };
    this.#tables.set(table.file, declared);
    return declared;
  }

  /** Begins the rows of one source instance. Several may write at the same time; each has its own keys. */
  producer(): RowProducer {
    const producer = new RowProducer(this.context, {
      complete: (writers) => this.#join(producer, writers),
      discard: () => this.#producers.delete(producer),
    });
    this.#producers.add(producer);
    return producer;
  }

  /** Contents of an update tracker (a file name without folder); put in place after all tables. */
  setTracker(file: string, contents: string): void {
    if (file === '' || basename(file) !== file) {
      throw new Error(`an update tracker is a file in the export folder: ${file}`);
    }
    this.#trackers.set(file, contents);
  }

  /**
   * Replaces all tables, then all trackers. Producers that are not complete are discarded.
   *
   * @throws {ExportError} the earlier files are then untouched and nothing unfinished stays behind
   */
  async commit(): Promise<ExportSummary> {
    const renamings: Renaming[] = [];
    let journal: string;
    try {
      await this.#discardProducers();
      await this.#joining;
      for (const declared of this.#tables.values()) {
        await this.#mergePrevious(declared);
        renamings.push({ from: basename(declared.file.path), to: declared.table.file });
      }
      for (const file of this.#trackers.keys()) {
        renamings.push({ from: basename(unfinishedPath(this.context.folder, file, 'partial')), to: file });
      }
      await this.#finish(renamings);
      journal = await beginCommit(this.context.folder, renamings);
    } catch (error) {
      await this.abort();
      await removeUnfinished(this.context.folder, renamings);
      throw error;
    }
    await finishCommit(this.context.folder, journal, renamings);
    return new Map([...this.#tables.values()].map(({ table, file }) => [table.file, file.rows]));
  }

  /** Forgets everything; the earlier files stay. Does not fail. */
  async abort(): Promise<void> {
    await this.#discardProducers();
    await this.#joining.catch(() => undefined);
    for (const { file } of this.#tables.values()) {
      await file.remove();
    }
  }

  async #discardProducers(): Promise<void> {
    await Promise.all([...this.#producers].map((producer) => producer.discard()));
  }

  async #join(producer: RowProducer, writers: readonly TableWriter[]): Promise<void> {
    this.#producers.delete(producer);
    this.#joining = this.#joining.then(() => this.#take(writers));
    await this.#joining;
  }

  async #take(writers: readonly TableWriter[]): Promise<void> {
    try {
      for (const writer of writers) {
        const declared = this.#declared(writer.table);
        await declared.file.take(writer.file);
        if (declared.merge) {
          declared.keys.push(writer.keys);
        }
      }
    } finally {
      // Those that were taken are gone already.
      await Promise.all(writers.map((writer) => writer.file.remove()));
    }
  }

  async #mergePrevious({ table, merge, file, keys }: DeclaredTable): Promise<void> {
    const previous = join(this.context.folder, table.file);
    if (merge && (await isThere(previous))) {
      const writer = new TableWriter(table, this.context);
      try {
        await writer.merge(previous, keys);
        await file.take(writer.file);
      } finally {
        await writer.file.remove();
      }
    }
  }

  /** Brings all files to disk, side by side, as it takes one turn for several. */
  async #finish(renamings: readonly Renaming[]): Promise<void> {
    const finished = renamings.map(({ from, to }) => {
      const contents = this.#trackers.get(to);
      return contents === undefined ? this.#tables.get(to)?.file.finish() : this.#writeTracker(from, to, contents);
    });
    const failed = (await Promise.allSettled(finished)).find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  async #writeTracker(unfinished: string, file: string, contents: string): Promise<void> {
    try {
      await writeFileAtomically(join(this.context.folder, unfinished), contents, 0o644);
    } catch (error) {
      throw exportError(join(this.context.folder, file), 'write', error);
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Runs an action that fills tables: commits what it wrote where it succeeds, else leaves the earlier files.
 *
 * @throws {ExportError} and whatever the action throws
 */
export async function exportTables(
  context: WriterContext,
  action: (exports: ExportSet) => Promise<void>,
): Promise<ExportSummary> {
  const exports = await ExportSet.open(context);
  try {
    await action(exports);
  } catch (error) {
    await exports.abort();
    throw error;
  }
  return exports.commit();
}

/** The rows of one source instance, on their way into an {@link ExportSet}. */
export class RowProducer {
  readonly #writers = new Map<string, TableWriter>();
  #behind: RowFile | undefined;

  constructor(
    private readonly context: WriterContext,
    private readonly owner: {
      readonly complete: (writers: readonly TableWriter[]) => Promise<void>;
      readonly discard: () => void;
    },
  ) {}

  /**
   * Adds a row. Where the disk `isBehind` then, `settle` is to be awaited before the next one.
   *
   * @returns false where the table has a row with that key from this producer
   * @throws {RowError} where the row does not fit its table: log it and skip the item
   */
  write({ table, row }: TableRow): boolean {
    let writer = this.#writers.get(table.file);
    if (writer === undefined) {
      writer = new TableWriter(table, this.context);
      this.#writers.set(table.file, writer);
    }
    const isNew = writer.write(row);
    if (writer.file.isBehind) {
      this.#behind = writer.file;
    }
    return isNew;
  }

  get isBehind(): boolean {
    return this.#behind !== undefined;
  }

  /**
   * Lets the disk keep up.
   *
   * @throws {ExportError} where it refuses: give up
   */
  async settle(): Promise<void> {
    await this.#behind?.settle();
    this.#behind = undefined;
  }

  /** Makes the rows part of the set, behind those of producers that completed earlier. */
  async complete(): Promise<void> {
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    await this.owner.complete(writers);
  }

  /** Forgets the rows: the source failed, and its tracker stays, so that they come again. */
  async discard(): Promise<void> {
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    this.owner.discard();
    await Promise.all(writers.map((writer) => writer.file.remove()));
  }
}
