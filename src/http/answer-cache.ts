import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/atomic-file.js';
import { HttpResponse } from './response.js';

/** Headers that say where a list goes on. */
const keptHeaders: readonly string[] = ['link', 'x-next-page', 'x-total-pages', 'x-ms-continuationtoken'];
const largestAnswer = 1024 * 1024;
const mostAnswers = 2_000;

const entrySchema = z.object({ tag: z.string(), headers: z.record(z.string(), z.string()), text: z.string() });

export interface CachedAnswer {
  /** For `If-None-Match`. */
  readonly tag: string;
  readonly response: HttpResponse;
}

/**
 * Answers with an entity tag (RFC 9110), so that a server need not repeat one that has not changed; for some APIs such a
 * request does not count. In files that only the agent can read; their number and sizes are bounded.
 */
export class AnswerCache {
  constructor(private readonly folder: string) {}

  /** @param account whose answer it is: others may be told other things */
  async read(url: URL, account: string): Promise<CachedAnswer | undefined> {
    try {
      const { tag, headers, text } = entrySchema.parse(JSON.parse(await readFile(this.file(url, account), 'utf8')));
      return { tag, response: new HttpResponse(url, 200, new Map(Object.entries(headers)), text) };
    } catch {
      // None, or a damaged one: the server is asked for all of it.
      return undefined;
    }
  }

  /** Keeps an answer if it has a tag and is not too large. A cache that cannot be written is none. */
  async write(account: string, { url, headers, text }: HttpResponse): Promise<void> {
    const tag = headers.get('etag');
    if (tag === undefined || text.length > largestAnswer) return;
    const kept = [...headers].filter(([name]) => keptHeaders.includes(name));
    const entry = { tag, headers: Object.fromEntries(kept), text };
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFileAtomically(this.file(url, account), JSON.stringify(entry), 0o600);
    } catch {
      // The next run asks for all of it.
    }
  }

  /** Removes the oldest answers above the most that are kept. */
  async prune(most = mostAnswers): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    if (names.length <= most) return;
    const files = names.map((name) => path.join(this.folder, name));
    const aged = await Promise.all(files.map(async (file) => ({ file, time: await modified(file) })));
    const oldest = aged.sort((a, b) => a.time - b.time).slice(0, aged.length - most);
    await Promise.all(oldest.map(({ file }) => rm(file, { force: true })));
  }

  private file(url: URL, account: string): string {
    const name = createHash('sha256').update(`${account}\n${url.href}`).digest('hex');
    return path.join(this.folder, `${name}.json`);
  }
}

async function modified(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
