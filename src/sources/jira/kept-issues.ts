import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { jsonLine, readJsonLines } from '../json-lines.js';
import type { IssuePage } from './client.js';

/** What is kept at the most; what comes behind it, a run that follows asks for again. */
const mostBytes = 1024 ** 3;

const headSchema = z.object({ tracker: z.string() });
const pageSchema = z.object({ issues: z.array(z.unknown()).min(1), next: z.string().exactOptional() });

/**
 * Pages of issues as Jira answered them, kept until the step is exported: a run that dies before that leaves them to the
 * next one, which goes on behind the last page. They name people as Jira does, and never leave the agent.
 */
export class KeptIssues {
  private size = 0;

  private constructor(
    private readonly file: string,
    /** Tracker of the run that asked first: what was changed since comes with the run after this one. */
    readonly tracker: string,
  ) {}

  /**
   * @param query what is asked for; answers to anything else are dropped
   * @param tracker what the run ends with where nothing is kept
   */
  static async open(folder: string, query: readonly string[], tracker: string): Promise<KeptIssues> {
    const hash = createHash('sha256').update(JSON.stringify(query)).digest('hex').slice(0, 32);
    const name = `${hash}.jsonl`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const other of await readdir(folder)) if (other !== name) await rm(path.join(folder, other));
    const file = path.join(folder, name);
    const known = await trackerIn(file);
    const kept = new KeptIssues(file, known ?? tracker);
    if (known === undefined) await kept.forget();
    return kept;
  }

  /** Begins anew, with the same tracker. */
  async forget(): Promise<void> {
    await writeFile(this.file, jsonLine({ tracker: this.tracker }), { mode: 0o600 });
    this.size = 0;
  }

  /** The pages that are kept, which are read to their end before one is added. */
  async *pages(): AsyncGenerator<IssuePage> {
    let end = 0;
    try {
      for await (const line of readJsonLines(this.file)) {
        const { data } = pageSchema.safeParse(line.value);
        end = line.end;
        if (data !== undefined) yield data;
      }
    } catch (error) {
      // The last line of a run that was killed may be cut.
      if (!(error instanceof SyntaxError)) throw error;
    }
    await truncate(this.file, end);
    this.size = end;
  }

  /** Adds pages as they are read. */
  async *addAll(pages: AsyncGenerator<IssuePage>): AsyncGenerator<IssuePage> {
    for await (const page of pages) yield await this.add(page);
  }

  async add(page: IssuePage): Promise<IssuePage> {
    if (page.issues.length === 0 || this.size > mostBytes) return page;
    const line = Buffer.from(`\n${jsonLine(page)}`);
    await appendFile(this.file, line);
    this.size += line.length;
    return page;
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
