import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { TableDefinition, TableRow } from '../tables/definition.js';
import { anyRowSchema } from '../tables/row.js';
import { jsonLine, readJsonLines } from './json-lines.js';
import type { RepositoryContext } from './repository.js';
import type { TrackerValues } from './source.js';

/** Below the clones of a project; what is in it names people as upstream does, and never leaves the agent. */
const folderName = '.gathered';
/** Characters that are written at once. */
const blockSize = 256 * 1024;

const lineSchema = z.union([
  z.object({ table: z.string(), row: anyRowSchema }),
  z.object({ trackers: z.record(z.string(), z.string()) }),
]);

/** What rows come from, and what they would be told by in another run. */
export interface Gatherable {
  readonly tables: readonly TableDefinition[];
  /** Trackers that they are gathered since; with others they would be other rows. */
  readonly since: TrackerValues;
  readonly gather: (context: RepositoryContext) => AsyncGenerator<TableRow, TrackerValues>;
}

/**
 * Gathers rows that take long to ask for, and keeps them until the export of all sources is done: a run that dies before
 * that leaves them to the next one, which does not ask again. What is incomplete is not kept.
 */
export async function* gatherKept(
  context: RepositoryContext,
  gatherable: Gatherable,
): AsyncGenerator<TableRow, TrackerValues> {
  const file = fileOf(context, gatherable.since);
  const kept = await readTrackers(file);
  if (kept !== undefined) {
    context.log.info(`${context.entry.name}: goes on with what a run that was stopped has gathered`);
    yield* readRows(file, gatherable.tables);
    return kept;
  }
  return yield* gatherAndKeep(file, context, gatherable);
}

/** Forgets what was kept: it has been exported. */
export async function forgetGathered(repositories: string, project: string): Promise<void> {
  await rm(path.join(repositories, project, folderName), { recursive: true, force: true });
}

function fileOf({ repositories, project, entry, earliest }: RepositoryContext, since: TrackerValues): string {
  const key = JSON.stringify([entry.type, entry.name, entry.url, Object.entries(since).sort(), earliest]);
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return path.join(repositories, project, folderName, `${name}.jsonl`);
}

async function* gatherAndKeep(
  file: string,
  context: RepositoryContext,
  gatherable: Gatherable,
): AsyncGenerator<TableRow, TrackerValues> {
  const keeper = await Keeper.open(file);
  let isComplete = true;
  const onIncomplete = (reason: string): void => {
    isComplete = false;
    context.onIncomplete(reason);
  };
  const rows = gatherable.gather({ ...context, onIncomplete });
  try {
    let next = await rows.next();
    while (next.done !== true) {
      await keeper.add({ table: next.value.table.name, row: next.value.row });
      yield next.value;
      next = await rows.next();
    }
    // The trackers come last: without them, a file is not whole.
    if (isComplete) await keeper.finish({ trackers: next.value });
    return next.value;
  } finally {
    await rows.return({});
    await keeper.close();
  }
}

/** Writes a file that is there when it is whole. */
class Keeper {
  private text = '';

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(file: string): Promise<Keeper> {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    return new Keeper(file, await open(`${file}.unfinished`, 'w', 0o600));
  }

  async add(line: z.input<typeof lineSchema>): Promise<void> {
    this.text += `${jsonLine(line)}\n`;
    if (this.text.length >= blockSize) await this.flush();
  }

  async finish(line: z.input<typeof lineSchema>): Promise<void> {
    await this.add(line);
    await this.flush();
    await this.handle.sync();
    await rename(`${this.file}.unfinished`, this.file);
  }

  async close(): Promise<void> {
    await this.handle.close();
    await rm(`${this.file}.unfinished`, { force: true });
  }

  private async flush(): Promise<void> {
    await this.handle.writeFile(this.text);
    this.text = '';
  }
}

async function* readLines(file: string): AsyncGenerator<z.output<typeof lineSchema>> {
  for await (const { value } of readJsonLines(file)) yield lineSchema.parse(value);
}

/** The last line; undefined where there is no such file, or what is there cannot be read. */
async function readTrackers(file: string): Promise<TrackerValues | undefined> {
  try {
    for await (const line of readLines(file)) if ('trackers' in line) return line.trackers;
  } catch {
    // A damaged file, or none: everything is asked for.
  }
  return undefined;
}

async function* readRows(file: string, tables: readonly TableDefinition[]): AsyncGenerator<TableRow> {
  for await (const line of readLines(file)) {
    const table = 'table' in line ? tables.find(({ name }) => name === line.table) : undefined;
    if (table !== undefined && 'row' in line) yield { table, row: line.row };
  }
}
