import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { asLine, jsonLine, readJsonLines } from '../json-lines.js';
import { type AnsweredPage, type IssuePage, issuePage } from './client.js';
import { tokenSearchSchema } from './schema.js';

/** What is kept at the most; what comes behind it, a run that follows asks for again. */
const mostBytes = 1024 ** 3;
/** Changes with what stands in the file, so that what another version has kept is dropped. */
const format = 'answers';

const headSchema = z.object({ tracker: z.string() });

/**
 * Pages of issues as Jira answered them, kept until the step is exported: a run that dies before that leaves them to the
 * next one, which goes on behind the last page. They name people as Jira does, and never leave the agent.
 */
export class KeptIssues {
  private size = 0;

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    /** Tracker of the run that asked first: what was changed since comes with the run after this one. */
    readonly tracker: string,
  ) {}

  /**
   * @param query what is asked for; answers to anything else are dropped
   * @param tracker what the run ends with where nothing is kept
   */
  static async open(folder: string, query: readonly string[], tracker: string): Promise<KeptIssues> {
    const hash = createHash('sha256')
      .update(JSON.stringify([format, query]))
      .digest('hex')
      .slice(0, 32);
    const name = `${hash}.jsonl`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const other of await readdir(folder)) if (other !== name) await rm(path.join(folder, other));
    const file = path.join(folder, name);
    const known = await trackerIn(file);
    const kept = new KeptIssues(file, await open(file, 'a', 0o600), known ?? tracker);
    if (known === undefined) await kept.forget();
    return kept;
  }

  /** Leaves what is kept to the next run. */
  close(): Promise<void> {
    return this.handle.close();
  }

  /** Begins anew, with the same tracker. */
  async forget(): Promise<void> {
    await this.handle.truncate();
    await this.handle.appendFile(jsonLine({ tracker: this.tracker }));
    this.size = 0;
  }

  /** The pages that are kept, which are read to their end before one is added. */
  async *pages(): AsyncGenerator<IssuePage> {
    let end = 0;
    try {
      for await (const line of readJsonLines(this.file)) {
        const { data } = tokenSearchSchema.safeParse(line.value);
        end = line.end;
        if (data !== undefined) yield issuePage(data);
      }
    } catch (error) {
      // The last line of a run that was killed may be cut.
      if (!(error instanceof SyntaxError)) throw error;
    }
    await this.handle.truncate(end);
    this.size = end;
  }

  /** Adds pages while they are read. */
  async *addAll(pages: AsyncGenerator<AnsweredPage>): AsyncGenerator<IssuePage> {
    for await (const page of pages) yield* this.add(page);
  }

  /** Adds a page while it is read. */
  async *add(page: AnsweredPage): AsyncGenerator<IssuePage> {
    const written = this.write(page);
    // Whoever asks for the next page hears of the failure.
    written.catch(() => undefined);
    yield page;
    await written;
  }

  private async write({ items, json }: AnsweredPage): Promise<void> {
    if (items.length === 0 || this.size > mostBytes) return;
    const line = Buffer.from(`\n${asLine(json)}`);
    this.size += line.length;
    await this.handle.appendFile(line);
  }
}

/** @returns undefined where there is no such file, or what is there cannot be read */
async function trackerIn(file: string): Promise<string | undefined> {
  try {
    for await (const { value } of readJsonLines(file)) return headSchema.parse(value).tracker;
  } catch {
    // A damaged file, or none: everything is asked for.
  }
  return undefined;
}
