/**
 * Makes `dist/empty-database.zip`, an embedded database without tables, which a controller begins with: making it needs
 * 860 MB of memory and some seconds. Only done again for another version of PGlite.
 */

import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import yazl from 'yazl';

const root = join(import.meta.dirname, '..');
const manifest = join(root, 'node_modules/@electric-sql/pglite/package.json');
const { version } = JSON.parse(await readFile(manifest, 'utf8'));
const cache = join(root, 'node_modules/.cache/gatherer');
const archive = join(cache, `empty-${version}.zip`);

if (!(await stat(archive).catch(() => undefined))) {
  const folder = join(cache, `empty-${version}.${process.pid}`);
  await mkdir(folder, { recursive: true });
  const database = await PGlite.create(join(folder, 'database'));
  await database.close();
  await pack(join(folder, 'database'), join(folder, 'database.zip'));
  await rename(join(folder, 'database.zip'), archive);
  await rm(folder, { recursive: true });
}
await mkdir(join(root, 'dist'), { recursive: true });
await copyFile(archive, join(root, 'dist/empty-database.zip'));

/** Empty folders are part of a database too. */
async function pack(folder, target) {
  const zip = new yazl.ZipFile();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) zip.addEmptyDirectory(relative(folder, path));
    else zip.addFile(path, relative(folder, path));
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(target));
}
