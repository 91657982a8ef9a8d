import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { SshError } from './errors.js';

const empty = Buffer.alloc(0);

/** Rejects with the reason of the signal, so that nothing waits for a connection that is gone. */
function whenAborted(signal: AbortSignal): { readonly promise: Promise<never>; readonly forget: () => void } {
  let forget = () => {};
  const promise = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    forget = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
  });
  return { promise, forget };
}

/** Waits for a promise at most until the signal is aborted. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const aborted = whenAborted(signal);
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted.promise]);
  } finally {
    aborted.forget();
    promise.catch(() => {});
    aborted.promise.catch(() => {});
  }
}

/** Pulls bytes out of a stream; what nobody pulls is not read, so that the sender has to wait. */
export class ByteReader {
  #chunk: Buffer = empty;
  #ended = false;
  #wake: (() => void) | undefined;

  /** @param signal aborted, with an error as its reason, when the connection is gone */
  constructor(
    private readonly stream: Readable,
    private readonly signal: AbortSignal,
    /** Called whenever something came. */
    private readonly arrived: () => void = () => {},
  ) {
    stream.on('readable', () => this.#wake?.());
    for (const event of ['end', 'close', 'error']) {
      stream.on(event, () => {
        this.#ended = true;
        this.#wake?.();
      });
    }
  }

  /** At least one byte and at most the given number; nothing at the end of the stream. */
  async some(limit: number): Promise<Buffer> {
    if (this.#chunk.length === 0) {
      this.#chunk = await this.#next();
    }
    const part = this.#chunk.subarray(0, limit);
    this.#chunk = this.#chunk.subarray(part.length);
    return part;
  }

  /** @throws SshError ('cut') where the stream ends before that many bytes came */
  async exactly(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.some(missing);
      if (part.length === 0) {
        throw new SshError('cut', 'the other side closed the channel in the middle of a message');
      }
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? (parts[0] ?? empty) : Buffer.concat(parts);
  }

  async #next(): Promise<Buffer> {
    for (;;) {
      this.signal.throwIfAborted();
      const chunk: unknown = this.stream.read();
      if (Buffer.isBuffer(chunk)) {
        this.arrived();
        return chunk;
      }
      if (this.#ended) {
        return empty;
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await unlessAborted(this.signal, woken);
    }
  }
}

/** Writes into a stream no faster than the other side takes it. */
export class ByteWriter {
  constructor(
    private readonly stream: Writable,
    private readonly signal: AbortSignal,
    /** Resolves when the layer below (the socket) has room again. */
    private readonly room: () => Promise<void> = async () => {},
  ) {
    stream.on('error', () => {});
  }

  async write(bytes: Buffer): Promise<void> {
    this.signal.throwIfAborted();
    await this.room();
    if (!this.stream.write(bytes)) {
      await unlessAborted(this.signal, once(this.stream, 'drain').then());
    }
  }
}
