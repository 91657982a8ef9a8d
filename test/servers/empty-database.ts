import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';

const modules = join(import.meta.dirname, '../../node_modules');
const cache = join(modules, '.cache/gatherer');
const manifest = join(modules, '@electric-sql/pglite/package.json');

/**
 * Puts an empty embedded database, as the first start of a controller makes it, into a data folder. To make it anew for
 * each test takes most of the time of many; those that are about the first start itself do without.
 */
export async function placeEmptyDatabase(dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await cp(await template(), join(dataFolder, 'database'), { recursive: true });
}

let made: Promise<string> | undefined;

/** Kept from run to run; of several that make it at once, the first one counts. */
function template(): Promise<string> {
  made ??= makeTemplate();
  return made;
}

async function makeTemplate(): Promise<string> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(manifest, 'utf8')));
  const folder = join(cache, `database-${version}`);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}-${randomUUID()}`;
  await mkdir(cache, { recursive: true });
  const database = await PGlite.create(fresh);
  await database.close();
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return folder;
}
