import { type FileHandle, open } from 'node:fs/promises';
import type { BodySink } from './client.js';
import { HttpError } from './errors.js';

/** Keeps the body of an answer in a new file, which has at most so many bytes. */
export class FileSink implements BodySink {
  #size = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
    private readonly most: number,
  ) {}

  /**
   * Makes the file, has it filled, and closes it whatever comes of that.
   *
   * @param most bytes; an HttpError of failure `too-large` where there are more
   * @returns bytes of the file
   * @throws the error of the file system where the file is there already or cannot be written
   */
  static async fill(file: string, most: number, action: (sink: FileSink) => Promise<void>): Promise<number> {
    const handle = await open(file, 'wx', 0o644);
    try {
      const sink = new FileSink(handle, file, most);
      await action(sink);
      return sink.#size;
    } finally {
      await handle.close();
    }
  }

  async begin(): Promise<void> {
    await this.handle.truncate(0);
    this.#size = 0;
  }

  async write(piece: Uint8Array): Promise<void> {
    if (this.#size + piece.length > this.most) {
      throw new HttpError('too-large', `${this.file} would have more than ${this.most} bytes`);
    }
    await writeAll(this.handle, piece, this.#size);
    this.#size += piece.length;
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < piece.length) {
    const rest = piece.subarray(written);
    written += (await handle.write(rest, 0, rest.length, position + written)).bytesWritten;
  }
}
