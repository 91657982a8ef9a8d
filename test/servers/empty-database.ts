import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '../../src/controller/store/migrate.js';
import { migrations } from '../../src/controller/store/migrations/index.js';
import { prepareImported } from '../../src/controller/store/open.js';
import { openPglite } from '../../src/controller/store/pglite.js';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/gatherer');

/** What a new database is made of. */
const ingredients = ['node_modules/@electric-sql/pglite/package.json', 'src/controller/store', 'src/tables'];

/**
 * Puts an embedded database without rows, as the first start of a controller makes it, into a data folder. To make it
 * anew for each test takes most of the time of many; those that are about the first start itself do without.
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
  const name = `database-${await digestOf(ingredients)}`;
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}-${randomUUID()}`;
  const driver = await openPglite(fresh);
  await migrate(driver, migrations);
  await prepareImported(driver);
  await driver.close();
  await rename(join(fresh, 'database'), folder).catch(() => undefined);
  await rm(fresh, { recursive: true, force: true });
  // What earlier versions were tested with.
  const others = (await readdir(cache)).filter((other) => other.startsWith('database-') && !other.startsWith(name));
  for (const other of others) await rm(join(cache, other), { recursive: true, force: true });
  return folder;
}

async function digestOf(paths: readonly string[]): Promise<string> {
  const digest = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesOf(join(root, path))) digest.update(`${file}\n`).update(await readFile(file));
  }
  return digest.digest('hex').slice(0, 16);
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (path.endsWith('.json')) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
