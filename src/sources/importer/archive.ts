import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';
import { isFileName } from '../file-store/store.js';
import { ImporterError } from './error.js';

export interface ArchiveLimits {
  readonly files: number;
  /** Bytes of all files together, unpacked. */
  readonly bytes: number;
}

/** The importer has some forty libraries. */
export const archiveLimits: ArchiveLimits = { files: 10_000, bytes: 1024 ** 3 };

/** By the Unix mode of an entry, which also tells of links. */
const typeMask = 0o170000;
const regularFile = 0o100000;

/**
 * Unpacks files of a zip archive into a folder. Neither links nor names that lead elsewhere are followed.
 *
 * @param file the archive
 * @param isWanted told the names of a file from the folder that the archive consists of
 * @param target folder that is there
 * @throws {ImporterError} where it is no archive, or has what is not taken
 */
export async function unpack(
  file: string,
  isWanted: (names: readonly string[]) => boolean,
  target: string,
  limits: ArchiveLimits = archiveLimits,
): Promise<void> {
  const { openPromise } = await import('yauzl');
  try {
    const zip = await openPromise(file);
    try {
      await unpackAll(zip, isWanted, target, limits);
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof ImporterError) throw error;
    throw new ImporterError(
      `The archive cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function unpackAll(
  zip: ZipFile,
  isWanted: (names: readonly string[]) => boolean,
  target: string,
  limits: ArchiveLimits,
): Promise<void> {
  let files = 0;
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    files += 1;
    if (files > limits.files) throw new ImporterError(`The archive has more than ${limits.files} files`);
    const [, ...names] = entry.fileName.split('/');
    if (entry.fileName.endsWith('/') || !isWanted(names)) continue;
    check(entry, names);
    bytes += entry.uncompressedSize;
    if (bytes > limits.bytes) throw new ImporterError(`The archive has more than ${limits.bytes} bytes`);
    await unpackOne(zip, entry, path.join(target, ...names));
  }
}

function check(entry: Entry, names: readonly string[]): void {
  const type = (entry.externalFileAttributes >>> 16) & typeMask;
  const isRegular = type === 0 || type === regularFile;
  if (!isRegular || !names.every(isFileName)) {
    throw new ImporterError('The archive has links, or files that lie elsewhere');
  }
}

/** What the entry says of its size is checked as it is read. */
async function unpackOne(zip: ZipFile, entry: Entry, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: 'wx' }));
}
