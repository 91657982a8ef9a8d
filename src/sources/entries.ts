import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/atomic-file.js';
import { ConfigError } from '../config/errors.js';
import { readTextFile } from '../config/text-file.js';
import type { SourceEntry } from './source.js';

export const sourcesFile = 'data_sources.json';

const entrySchema = z
  .object({
    type: z.string().min(1),
    name: z.string(),
    url: z.string().min(1),
  })
  // Fields that nothing reads as text (null, numbers) are not worth stopping for.
  .catchall(z.unknown())
  .transform((entry): SourceEntry => {
    const texts = Object.entries(entry).flatMap(([field, value]) =>
      typeof value === 'string' ? [[field, value] as const] : [],
    );
    return { ...Object.fromEntries(texts), type: entry.type, name: entry.name, url: entry.url };
  });

/**
 * Reads `data_sources.json` of a project: its sources, in the order of the file. Fields that hold no text are dropped.
 *
 * @param folder `export/<PROJECT>`
 * @returns undefined where there is no such file
 * @throws ConfigError naming the file, and the entry where one is wrong
 */
export function readSourceEntries(folder: string): readonly SourceEntry[] | undefined {
  const file = path.join(folder, sourcesFile);
  const text = readTextFile(file);
  return text === undefined ? undefined : parseSourceEntries(text, file);
}

/** The same for the contents of the file. */
export function parseSourceEntries(text: string, file: string): readonly SourceEntry[] {
  const { data, error } = z.array(entrySchema).safeParse(parseJson(text, file));
  if (data !== undefined) return data;
  const issue = error.issues[0];
  const [index, ...field] = issue?.path ?? [];
  const place =
    index === undefined ? '' : `entry ${Number(index) + 1}${field.map((name) => `, ${String(name)}`).join('')}: `;
  throw new ConfigError(file, `${place}${issue?.message}; expected [{"type": "git", "name": "…", "url": "…"}, …]`);
}

/** Writes `data_sources.json` of a project, all of it or nothing. */
export async function writeSourceEntries(folder: string, entries: readonly SourceEntry[]): Promise<void> {
  await writeFileAtomically(path.join(folder, sourcesFile), `${JSON.stringify(entries)}\n`, 0o644);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(
      file,
      `is not JSON (${error instanceof Error ? error.message : String(error)}); fix or remove it`,
    );
  }
}
