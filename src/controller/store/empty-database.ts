import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { packageFolder } from '../../config/version.js';

/**
 * Unpacks the empty database that the build made (scraper/empty-database.mjs).
 *
 * @param folder that is not there yet
 * @returns false in a checkout that was not built, which has none
 */
export async function unpackEmptyDatabase(folder: string): Promise<boolean> {
  const file = join(packageFolder(), 'dist/empty-database.zip');
  if (!existsSync(file)) return false;
  const { fromBufferPromise } = await import('yauzl');
  const archive = await readFile(file);
  const zip = await fromBufferPromise(archive);
  await mkdir(folder, { mode: 0o700 });
  for await (const entry of zip.eachEntry()) {
    const target = join(folder, entry.fileName);
    if (entry.fileName.endsWith('/')) {
      await mkdir(target, { recursive: true, mode: 0o700 });
      continue;
    }
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    // Streams would take four times as long for a thousand small files.
    const contents = archive.subarray(fileDataStart, fileDataStart + entry.compressedSize);
    await writeFile(target, inflateRawSync(contents), { mode: 0o600 });
  }
  return true;
}
