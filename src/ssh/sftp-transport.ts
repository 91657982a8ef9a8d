import { posix } from 'node:path';
import { messageOf, SshError } from './errors.js';
import { chunksOf, IncomingFile, type OpenedFile } from './local-files.js';
import { type SftpClient, SftpError } from './sftp-client.js';
import type { TransferContext, TransferredFile, Transport } from './transfer.js';

/** Requests that are under way at once, so that the speed does not depend on the distance. */
const pipelined = 32;
const readSize = 128 * 1024;
/** Less than this is a full disk: servers answer "Failure" and nothing more. */
const fullBelow = 256 * 1024;

/** Runs actions side by side, a bounded number at once, and stops at the first that fails. */
class Pipeline {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  async add(action: () => Promise<void>): Promise<void> {
    while (this.#running.size >= pipelined) {
      await Promise.race(this.#running);
    }
    this.#throwFailure();
    const running: Promise<void> = action()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async settle(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
  }
}

/** Where a file is written: at its final place, or beside the folder first so that nobody finds half of it. */
interface Destination {
  readonly final: string;
  readonly temporary: string | undefined;
  readonly mode: number;
  /** The mode is that of a file that is replaced, to be kept whatever the umask of the server is. */
  readonly keepsMode: boolean;
}

export class SftpTransport implements Transport {
  readonly kind = 'sftp';
  /** Whether the server lets us write beside the folder and rename into it; undefined until it was tried. */
  #staging: boolean | undefined;

  constructor(
    private readonly client: SftpClient,
    private readonly context: TransferContext,
  ) {}

  close(): void {
    this.client.end();
  }

  async upload(files: readonly OpenedFile[], remoteFolder: string): Promise<void> {
    for (const file of files) {
      try {
        await this.#send(file, remoteFolder);
      } catch (error) {
        throw await this.#explain(error, file.name, remoteFolder);
      }
    }
  }

  async download(
    names: readonly string[],
    remoteFolder: string,
    localFolder: string,
  ): Promise<readonly TransferredFile[]> {
    const received: TransferredFile[] = [];
    for (const name of names) {
      try {
        received.push(...(await this.#fetch(name, remoteFolder, localFolder)));
      } catch (error) {
        throw await this.#explain(error, name, remoteFolder);
      }
    }
    return received;
  }

  async #send(file: OpenedFile, folder: string): Promise<void> {
    const destination = await this.#destination(file, folder);
    const handle = await this.#create(destination);
    if (handle === undefined) {
      this.#staging = false;
      await this.#send(file, folder);
      return;
    }
    const written = destination.temporary ?? destination.final;
    try {
      if (destination.keepsMode) {
        await this.client.setMode(handle, destination.mode);
      }
      await this.#write(file, handle);
      await this.client.close(handle);
      await this.#place(file, folder, destination);
    } catch (error) {
      // Asked first: removing what was written gives the space back that was missing.
      const explained = await this.#explain(error, file.name, folder);
      await this.#cleanUp(handle, written);
      throw explained;
    }
  }

  /**
   * Files that are not whole yet lie beside the folder: what lies in it is taken away as it is by a controller. The
   * name is the same each time, so that an upload that was cut leaves nothing that the next one does not replace.
   */
  async #destination(file: OpenedFile, folder: string): Promise<Destination> {
    const final = posix.join(folder, file.name);
    if (this.#staging === false || posix.dirname(folder) === folder) {
      return { final, temporary: undefined, mode: file.mode, keepsMode: false };
    }
    const existing = await this.client.find(final);
    const mode = existing === undefined ? file.mode : existing.mode & 0o777;
    const temporary = posix.join(posix.dirname(folder), `.${posix.basename(folder)}.${file.name}.part`);
    return { final, temporary, mode, keepsMode: existing !== undefined };
  }

  /** @returns undefined where the server does not let us write beside the folder */
  async #create({ final, temporary, mode }: Destination): Promise<Buffer | undefined> {
    try {
      return await this.client.openForWriting(temporary ?? final, 'w', mode | 0o200);
    } catch (error) {
      if (temporary !== undefined && this.#staging === undefined && error instanceof SftpError) {
        return undefined;
      }
      throw error;
    }
  }

  async #write(file: OpenedFile, handle: Buffer): Promise<void> {
    const pipeline = new Pipeline();
    let position = 0;
    let arrived = 0;
    for await (const chunk of chunksOf(file)) {
      const at = position;
      position += chunk.length;
      await pipeline.add(async () => {
        await this.client.write(handle, chunk, at);
        arrived += chunk.length;
        this.context.progress(file.name, arrived, file.size);
      });
    }
    await pipeline.settle();
  }

  async #place(file: OpenedFile, folder: string, { final, temporary }: Destination): Promise<void> {
    if (temporary === undefined) {
      return;
    }
    try {
      await this.client.replace(temporary, final);
      this.#staging = true;
    } catch (error) {
      if (!(error instanceof SftpError) || error.failure !== 'unsupported') {
        throw error;
      }
      await this.client.remove(temporary);
      this.#staging = false;
      await this.#send(file, folder);
    }
  }

  async #cleanUp(handle: Buffer, path: string): Promise<void> {
    await this.client.close(handle).catch(() => {});
    if (path.endsWith('.part')) {
      await this.client.remove(path).catch(() => {});
    }
  }

  async #fetch(name: string, remoteFolder: string, localFolder: string): Promise<readonly TransferredFile[]> {
    const remote = posix.join(remoteFolder, name);
    const found = await this.client.find(remote);
    if (found === undefined) {
      return [];
    }
    const { maximumBytes } = this.context;
    if (found.size > maximumBytes) {
      throw new SshError(
        'too-large',
        `${remote} has ${found.size} bytes, more than the ${maximumBytes} that are allowed`,
      );
    }
    const file = await IncomingFile.create(localFolder, name, found.mode, maximumBytes);
    try {
      await this.#read(remote, name, file, found.size);
      await file.commit();
    } catch (error) {
      await file.discard();
      throw error;
    }
    return [{ name, bytes: file.size }];
  }

  async #read(remote: string, name: string, file: IncomingFile, size: number): Promise<void> {
    const handle = await this.client.openForReading(remote);
    for (;;) {
      const chunk = await this.client.read(handle, readSize, file.size);
      if (chunk.length === 0) {
        break;
      }
      await file.write(chunk);
      this.context.progress(name, file.size, Math.max(size, file.size));
    }
    await this.client.close(handle);
  }

  async #explain(error: unknown, name: string, folder: string): Promise<unknown> {
    if (!(error instanceof SftpError)) {
      return error;
    }
    const path = posix.join(folder, name);
    const cause = { cause: error };
    switch (error.failure) {
      case 'missing':
        return new SshError(
          'remote-folder',
          `${path}: the server has no folder ${folder}: register the agent there`,
          cause,
        );
      case 'denied':
        return new SshError('remote-permission', `${path}: the server denies it: ${error.message}`, cause);
      default:
        return await this.#explainFailure(error, path, folder);
    }
  }

  async #explainFailure(error: SftpError, path: string, folder: string): Promise<SshError> {
    const text = messageOf(error);
    if (/quota/i.test(text)) {
      return new SshError('remote-quota', `${path}: ${text}`, { cause: error });
    }
    const free = await this.client.freeBytes(folder);
    if (/no space left|disk (is )?full/i.test(text) || (free !== undefined && free < fullBelow)) {
      return remoteDiskFull(path, error);
    }
    return new SshError('remote', `${path}: the server refused it: ${text}`, { cause: error });
  }
}

export function remoteDiskFull(path: string, cause: unknown): SshError {
  const message = `${path}: the disk of the server is full: nothing was delivered; have its operator free space`;
  return new SshError('remote-disk-full', message, { cause });
}
