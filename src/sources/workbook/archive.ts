import { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';

/** What a workbook may unfold to. Years of seats are some hundred thousand bytes. */
const limits = { files: 1000, bytes: 16 * 1024 * 1024 } as const;

/** An archive that is none, or that is larger than any workbook that people make. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

interface ArchivedFile {
  readonly name: string;
  readonly contents: Buffer;
}

/**
 * The same ZIP archive without compression, so that who reads it next needs no more memory than it has bytes. What it
 * unfolds to is counted as it comes, for the sizes that an archive states may be wrong.
 *
 * @throws {ArchiveError}
 */
export async function unfold(archive: Buffer): Promise<Buffer> {
  try {
    return store(await readFiles(archive));
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError('is damaged', { cause: error });
  }
}

async function readFiles(archive: Buffer): Promise<readonly ArchivedFile[]> {
  const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true, validateEntrySizes: true });
  if (zip.entryCount > limits.files) throw new ArchiveError(`holds more than ${limits.files} files`);
  const files: ArchivedFile[] = [];
  let left: number = limits.bytes;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const stream = await zip.openReadStreamPromise(entry);
    const contents = await buffer(stream.compose(atMost(left)));
    left -= contents.length;
    files.push({ name: entry.fileName, contents });
  }
  return files;
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new ArchiveError(`unfolds to more than ${limits.bytes / 1024 / 1024} MB`));
      else done(null, chunk);
    },
  });
}

/** An archive of files that are not compressed. */
function store(files: readonly ArchivedFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, contents } of files) {
    const path = Buffer.from(name);
    const common = describe(path, contents);
    const header = Buffer.concat([Buffer.from('PK\x03\x04'), common, path]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, path]));
    parts.push(header, contents);
    offset += header.length + contents.length;
  }
  const entries = Buffer.concat(directory);
  return Buffer.concat([...parts, entries, endOf(files.length, entries.length, offset)]);
}

/** What both headers of a file have: version, flags (names in UTF-8), no method, no time, checksum and lengths. */
function describe(path: Buffer, contents: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x0800, 2);
  fields.writeUInt32LE(crc32(contents), 10);
  fields.writeUInt32LE(contents.length, 14);
  fields.writeUInt32LE(contents.length, 18);
  fields.writeUInt16LE(path.length, 22);
  return fields;
}

function endOf(files: number, directoryLength: number, directoryOffset: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files, 8);
  end.writeUInt16LE(files, 10);
  end.writeUInt32LE(directoryLength, 12);
  end.writeUInt32LE(directoryOffset, 16);
  return end;
}
