import type { Callback, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import { z } from 'zod';
import { unlessAborted } from './byte-stream.js';

const freeSpace = z.object({ f_bavail: z.coerce.number(), f_frsize: z.coerce.number() });
const { STATUS_CODE } = ssh2.utils.sftp;

export type SftpFailure = 'missing' | 'denied' | 'unsupported' | 'failure';

/** A request that an SFTP server refused. */
export class SftpError extends Error {
  override readonly name = 'SftpError';

  constructor(
    readonly failure: SftpFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface RemoteAttributes {
  readonly mode: number;
  readonly size: number;
}

export type WriteFlags = 'w' | 'wx';

function describe(error: Error): SftpError {
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case STATUS_CODE.NO_SUCH_FILE:
      return new SftpError('missing', error.message, { cause: error });
    case STATUS_CODE.PERMISSION_DENIED:
      return new SftpError('denied', error.message, { cause: error });
    case STATUS_CODE.OP_UNSUPPORTED:
      return new SftpError('unsupported', error.message, { cause: error });
    default:
      return new SftpError('failure', error.message, { cause: error });
  }
}

/** The requests of SFTP version 3 as promises, which reject with SftpError, or with the reason why the connection is lost. */
export class SftpClient {
  constructor(
    private readonly sftp: SFTPWrapper,
    private readonly lost: AbortSignal,
  ) {}

  async openForWriting(path: string, flags: WriteFlags, mode: number): Promise<Buffer> {
    return this.#request<Buffer>((done) => this.sftp.open(path, flags, mode, done));
  }

  async openForReading(path: string): Promise<Buffer> {
    return this.#request<Buffer>((done) => this.sftp.open(path, 'r', done));
  }

  /** Sets permission bits whatever the umask of the server is. */
  async setMode(handle: Buffer, mode: number): Promise<void> {
    return this.#perform((done) => this.sftp.fchmod(handle, mode, done));
  }

  async write(handle: Buffer, chunk: Buffer, position: number): Promise<void> {
    return this.#perform((done) => this.sftp.write(handle, chunk, 0, chunk.length, position, done));
  }

  /** @returns up to that many bytes; none at the end of the file */
  async read(handle: Buffer, length: number, position: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const count = await this.#request<number>((done) => this.sftp.read(handle, buffer, 0, length, position, done));
    return buffer.subarray(0, count);
  }

  async attributes(handle: Buffer): Promise<RemoteAttributes> {
    return this.#request<RemoteAttributes>((done) => this.sftp.fstat(handle, done));
  }

  /** @returns undefined where there is nothing by that name */
  async find(path: string): Promise<RemoteAttributes | undefined> {
    try {
      return await this.#request<RemoteAttributes>((done) => this.sftp.stat(path, done));
    } catch (error) {
      if (error instanceof SftpError && error.failure === 'missing') {
        return undefined;
      }
      throw error;
    }
  }

  async close(handle: Buffer): Promise<void> {
    return this.#perform((done) => this.sftp.close(handle, done));
  }

  async remove(path: string): Promise<void> {
    return this.#perform((done) => this.sftp.unlink(path, done));
  }

  /** Replaces what is at the new path in one step. Rejects with 'unsupported' where the server cannot. */
  async replace(path: string, newPath: string): Promise<void> {
    return this.#perform((done) => this.sftp.ext_openssh_rename(path, newPath, done));
  }

  /** @returns bytes that are free on the disk of the server; undefined where it does not say */
  async freeBytes(path: string): Promise<number | undefined> {
    try {
      const space = await this.#request<unknown>((done) => this.sftp.ext_openssh_statvfs(path, done));
      const { f_bavail, f_frsize } = freeSpace.parse(space);
      return f_bavail * f_frsize;
    } catch {
      return undefined;
    }
  }

  end(): void {
    this.sftp.end();
  }

  async #request<T>(send: (done: (error: Error | undefined, value: T) => void) => void): Promise<T> {
    const answered = new Promise<T>((resolve, reject) => {
      try {
        send((error, value) => (error ? reject(describe(error)) : resolve(value)));
      } catch (error) {
        // Thrown by the library for requests that the server did not announce.
        reject(new SftpError('unsupported', 'the server does not support this request', { cause: error }));
      }
    });
    return unlessAborted(this.lost, answered);
  }

  async #perform(send: (done: Callback) => void): Promise<void> {
    await this.#request<undefined>((done) => send((error) => done(error ?? undefined, undefined)));
  }
}
