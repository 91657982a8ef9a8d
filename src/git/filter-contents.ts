import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Environment, type GitCommand, type GitProcess, runGit, startGit } from './run.js';

export interface FilterOptions {
  /** The repository, which is left as it is. */
  readonly gitFolder: string;
  /** The bare repository that is made, or replaced. */
  readonly target: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * Copies a repository with all branches and tags, but without the contents of its files: each byte of them becomes `0`,
 * other than ends of lines and NUL, so that sizes, lines and what is binary stay what they are. Names of files, messages
 * and people stay too. The copy is there when it is whole, and not before.
 *
 * @throws {GitError} where the repository cannot be read, or lacks the contents
 */
export async function copyWithoutContents({ gitFolder, target, environment, signal }: FilterOptions): Promise<void> {
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.unfinished`;
  const made = { environment, signal, gitFolder: unfinished };
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  try {
    await runGit({ environment, signal, arguments: ['init', '--quiet', '--bare', '--template=', '--', unfinished] });
    await transform(
      startGit({ environment, signal, gitFolder, arguments: exportWords }),
      startGit({ ...made, arguments: ['fast-import', '--quiet', '--force'] }),
    );
    const head = await runGit({ environment, signal, gitFolder, arguments: ['symbolic-ref', '--quiet', 'HEAD'] }).catch(
      () => '',
    );
    if (head.startsWith('refs/heads/')) await runGit({ ...made, arguments: ['symbolic-ref', 'HEAD', head.trim()] });
    await rm(target, { recursive: true, force: true });
    await rename(unfinished, target);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** The end of the stream is marked, so that one that was cut is not taken for a whole one. */
const exportWords: GitCommand['arguments'] = [
  ...['fast-export', '--use-done-feature', '--branches', '--tags', '--reencode=no', '--signed-tags=strip'],
  ...['--tag-of-filtered-object=drop', '--fake-missing-tagger'],
];

async function transform(source: GitProcess, target: GitProcess): Promise<void> {
  source.stdin.end();
  // What it answers is of no use, but must not fill the pipe.
  target.stdout.resume();
  const copied = pipeline(Readable.from(blankContents(source.stdout)), target.stdin);
  const results = await Promise.allSettled([source.done, copied, target.done]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

const lineFeed = 0x0a;
/** NUL, line feed, carriage return. */
const kept: readonly number[] = [0x00, lineFeed, 0x0d];
const blank = 0x30;

/** What each byte of contents becomes. */
const replacements = Uint8Array.from({ length: 256 }, (_, byte) => (kept.includes(byte) ? byte : blank));

const dataLine = /^data (\d+)\n$/;
const objectLine = /^(?:commit|tag|reset) /;
/** The longest line has a path in it. */
const longestCommand = 200;

/** A stream of `git fast-export` with blank contents. */
export async function* blankContents(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let line: Buffer = Buffer.alloc(0);
  let dataLeft = 0;
  let isBlob = false;
  for await (const chunk of stream) {
    let position = 0;
    while (position < chunk.length) {
      if (dataLeft > 0) {
        const data = chunk.subarray(position, position + dataLeft);
        yield isBlob ? blanked(data) : data;
        dataLeft -= data.length;
        position += data.length;
        continue;
      }
      const end = chunk.indexOf(lineFeed, position) + 1;
      const part = chunk.subarray(position, end === 0 ? chunk.length : end);
      line = line.length === 0 ? part : Buffer.concat([line, part]);
      position += part.length;
      if (end === 0) continue;
      const command = line.toString('latin1', 0, longestCommand);
      if (command === 'blob\n') isBlob = true;
      else if (objectLine.test(command)) isBlob = false;
      dataLeft = Number(dataLine.exec(command)?.[1] ?? 0);
      yield line;
      line = Buffer.alloc(0);
    }
  }
  if (line.length > 0) yield line;
}

function blanked(data: Buffer): Buffer {
  const result = Buffer.allocUnsafe(data.length);
  for (let index = 0; index < data.length; index += 1) result[index] = replacements[data[index] ?? 0] ?? blank;
  return result;
}
