import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Identifies a data folder among those of the controllers on one database; they may share one, or have their own. */
export async function placeOf(dataFolder: string): Promise<string> {
  const file = join(dataFolder, 'place');
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const known = await read(file);
  if (known !== undefined) {
    return known;
  }
  const fresh = `${file}.${randomUUID()}`;
  await writeFile(fresh, `${randomUUID()}\n`, { mode: 0o600 });
  try {
    await link(fresh, file);
  } catch (error) {
    if ((await read(file)) === undefined) {
      throw error;
    }
  } finally {
    await rm(fresh, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
