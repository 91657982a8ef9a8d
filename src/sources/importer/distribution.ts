import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { unpack } from './archive.js';
import { ImporterError } from './error.js';
import { type ImporterUse, withImporter } from './importer-lock.js';

/** What the importer consists of. */
const jar = 'importerjson.jar';
const libraries = 'lib';

/**
 * Has an importer made and put into a folder, in the place of the one that is there: all of it or nothing.
 *
 * @param make fills an empty folder with the importer
 */
export async function install(base: string, use: ImporterUse, make: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(base, { recursive: true });
  const scratch = await mkdtemp(path.join(base, '.importer-'));
  try {
    const [next, last] = [path.join(scratch, 'next'), path.join(scratch, 'last')];
    await mkdir(next);
    await make(next);
    await checkComplete(next);
    await withImporter(base, use, async () => {
      await ignoreMissing(rename(path.join(base, libraries), last));
      await rename(path.join(next, libraries), path.join(base, libraries));
      await rename(path.join(next, jar), path.join(base, jar));
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Takes the importer from an archive of a distribution that a download leaves in a file. */
export async function fromArchive(folder: string, download: (file: string) => Promise<void>): Promise<void> {
  const archive = `${folder}.zip`;
  await download(archive);
  await unpack(archive, (names) => isPart(names), folder);
}

/** Takes it from a folder that the importer was built in. */
export async function fromBuild(folder: string, build: string): Promise<void> {
  const distribution = path.join(build, 'dist');
  for (const part of [jar, libraries]) {
    await ignoreMissing(
      cp(path.join(distribution, part), path.join(folder, part), { recursive: true, dereference: true }),
    );
  }
}

function isPart(names: readonly string[]): boolean {
  return names[0] === libraries ? names.length > 1 : names.length === 1 && names[0] === jar;
}

async function checkComplete(folder: string): Promise<void> {
  for (const part of [jar, libraries]) {
    if ((await ignoreMissing(stat(path.join(folder, part)))) === undefined) {
      throw new ImporterError(`The distribution has no ${part}`);
    }
  }
}

async function ignoreMissing<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
