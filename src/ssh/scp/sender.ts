import type { ByteReader, ByteWriter } from '../byte-stream.js';
import { messageOf } from '../errors.js';
import {
  acknowledgement,
  complaint,
  headerLine,
  leaveLine,
  readAnswer,
  type ScpComplaint,
  type ScpHeader,
  timesLine,
} from './messages.js';

/** The side of the legacy scp protocol that has the files: a client that uploads, and `scp -f` on a server. */
export class ScpSender {
  constructor(
    private readonly reader: ByteReader,
    private readonly writer: ByteWriter,
  ) {}

  /** Waits until the receiver is ready. @returns what it complains of */
  async start(): Promise<ScpComplaint | undefined> {
    return readAnswer(this.reader);
  }

  /**
   * Sends one file of exactly `header.size` bytes. A source that ends early or fails is filled up with zero bytes, as
   * the protocol cannot stop in the middle, and reported as failed after them, so that the receiver drops the file.
   *
   * @returns what the receiver complains of
   */
  async file(header: ScpHeader, chunks: AsyncIterable<Buffer>): Promise<ScpComplaint | undefined> {
    const refused = await this.#announce('file', header);
    if (refused !== undefined) {
      return refused;
    }
    const failure = await this.#contents(header, chunks);
    if (failure === undefined) {
      await this.writer.write(acknowledgement);
      return readAnswer(this.reader);
    }
    await this.writer.write(complaint(`${header.name}: ${failure}`));
    await readAnswer(this.reader);
    return { fatal: false, text: failure };
  }

  async enter(header: ScpHeader): Promise<ScpComplaint | undefined> {
    return this.#announce('folder', header);
  }

  async leave(): Promise<ScpComplaint | undefined> {
    await this.writer.write(leaveLine);
    return readAnswer(this.reader);
  }

  /** Tells the receiver that a file cannot be sent. */
  async complain(text: string): Promise<void> {
    await this.writer.write(complaint(text));
  }

  async #announce(kind: 'file' | 'folder', header: ScpHeader): Promise<ScpComplaint | undefined> {
    if (header.times !== undefined) {
      await this.writer.write(timesLine(header.times));
      const refused = await readAnswer(this.reader);
      if (refused !== undefined) {
        return refused;
      }
    }
    await this.writer.write(headerLine(kind, header));
    return readAnswer(this.reader);
  }

  async #contents(header: ScpHeader, chunks: AsyncIterable<Buffer>): Promise<string | undefined> {
    let missing = header.size;
    let failure: string | undefined;
    const iterator = chunks[Symbol.asyncIterator]();
    while (missing > 0 && failure === undefined) {
      const chunk = await nextChunk(iterator);
      if (Buffer.isBuffer(chunk)) {
        const part = chunk.subarray(0, missing);
        await this.writer.write(part);
        missing -= part.length;
      } else {
        failure = chunk.failure;
      }
    }
    await iterator.return?.();
    await this.#fill(missing);
    return failure;
  }

  async #fill(missing: number): Promise<void> {
    const zeros = Buffer.alloc(Math.min(missing, 64 * 1024));
    for (let left = missing; left > 0; left -= zeros.length) {
      await this.writer.write(zeros.subarray(0, Math.min(left, zeros.length)));
    }
  }
}

async function nextChunk(iterator: AsyncIterator<Buffer>): Promise<Buffer | { readonly failure: string }> {
  try {
    const next = await iterator.next();
    return next.done === true ? { failure: 'the file became shorter while it was sent' } : next.value;
  } catch (error) {
    return { failure: messageOf(error) };
  }
}
