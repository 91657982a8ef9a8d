import { mkdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { type ConnectOptions, openConnection, type SshConnection } from './connection.js';
import { SshError } from './errors.js';
import { checkName, type OpenedFile, openLocal, type UploadFile } from './local-files.js';
import { ScpTransport } from './scp-transport.js';
import { SftpClient } from './sftp-client.js';
import { SftpTransport } from './sftp-transport.js';
import type { Progress, TransferContext, TransferResult, Transport } from './transfer.js';

export interface ClientOptions extends ConnectOptions {
  /** `auto`: SFTP, and the legacy scp protocol where the server refuses it. Default auto. */
  readonly protocol?: 'auto' | 'sftp' | 'scp';
  readonly progress?: Progress;
  /** Largest file that is downloaded, default 256 MiB. */
  readonly maximumDownload?: number;
  /** Milliseconds without progress after which a transfer is given up, default 120 000. */
  readonly stallTimeout?: number;
}

const defaults = { maximumDownload: 256 * 1024 * 1024, stallTimeout: 120_000 };

function checkFolder(folder: string): string {
  const path = posix.normalize(folder).replace(/\/$/, '');
  if (posix.isAbsolute(path) || path.split('/').some((part) => part === '..')) {
    throw new SshError('local', `${JSON.stringify(folder)} is not a folder below the home of the agent`);
  }
  return path;
}

/** A login at a controller, over which files go in both directions. All methods reject with SshError. */
export class SshClient {
  #transport: Transport | undefined;
  #moved = () => {};

  constructor(
    private readonly connection: SshConnection,
    private readonly options: ClientOptions,
  ) {}

  /**
   * Sends files into a folder, as `export/TEST`. Files that do not exist here are skipped, with a line in the log.
   * Where the server allows it, nobody sees a file there before it is whole.
   *
   * @returns the files that were sent, and the names of those that do not exist here
   */
  async upload(files: readonly UploadFile[], remoteFolder: string): Promise<TransferResult> {
    const folder = checkFolder(remoteFolder);
    const opened: OpenedFile[] = [];
    const missing: string[] = [];
    try {
      for (const file of files) {
        const local = await openLocal(file);
        if (local === undefined) {
          missing.push(file.path);
          this.options.log.info({ file: file.path }, 'file does not exist and is not sent');
        } else {
          opened.push(local);
        }
      }
      if (opened.length > 0) {
        await this.#moving((transport) => transport.upload(opened, folder));
      }
    } finally {
      await Promise.all(opened.map((file) => file.handle.close()));
    }
    return { transferred: opened.map(({ name, size }) => ({ name, bytes: size })), missing };
  }

  /**
   * Fetches files by name from a folder, as `update/TEST`. Each replaces the local one at once when it is whole; those
   * that the server does not have are skipped.
   */
  async download(names: readonly string[], remoteFolder: string, localFolder: string): Promise<TransferResult> {
    const folder = checkFolder(remoteFolder);
    const wanted = [...new Set(names.map(checkName))];
    if (wanted.length === 0) {
      return { transferred: [], missing: [] };
    }
    await mkdir(localFolder, { recursive: true });
    const transferred = await this.#moving((transport) => transport.download(wanted, folder, localFolder));
    const missing = wanted.filter((name) => !transferred.some((file) => file.name === name));
    for (const file of missing) {
      this.options.log.debug({ file, folder }, 'the server does not have this file');
    }
    return { transferred, missing };
  }

  async close(): Promise<void> {
    this.#transport?.close();
    await this.connection.close();
  }

  async #moving<T>(action: (transport: Transport) => Promise<T>): Promise<T> {
    const stalled = this.connection.watchProgress(this.options.stallTimeout ?? defaults.stallTimeout);
    this.#moved = stalled.moved;
    try {
      this.#transport ??= await this.#open({
        log: this.options.log,
        maximumBytes: this.options.maximumDownload ?? defaults.maximumDownload,
        progress: (name, bytes, total) => {
          this.#moved();
          this.options.progress?.(name, bytes, total);
        },
      });
      return await action(this.#transport);
    } finally {
      stalled.stop();
    }
  }

  async #open(context: TransferContext): Promise<Transport> {
    const { protocol = 'auto', log } = this.options;
    if (protocol === 'scp') {
      return new ScpTransport(this.connection, context);
    }
    const sftp = await this.connection.sftp();
    if (sftp !== undefined) {
      return new SftpTransport(new SftpClient(sftp, this.connection.lost), context);
    }
    if (protocol === 'sftp') {
      throw new SshError('command-refused', 'the server does not offer SFTP: allow the legacy scp protocol');
    }
    log.debug('the server refuses SFTP: using the legacy scp protocol');
    return new ScpTransport(this.connection, context);
  }
}

/**
 * Logs in at a controller.
 *
 * @throws SshError with `failure` saying which of: refused, unreachable, timeout, authentication, host key ...
 * @throws HostKeyChangedError where the host key is not the pinned one
 */
export async function connect(options: ClientOptions): Promise<SshClient> {
  return new SshClient(await openConnection(options), options);
}
