import type { Logger } from '../log/logger.js';
import type { OpenedFile } from './local-files.js';

export interface TransferredFile {
  readonly name: string;
  readonly bytes: number;
}

export interface TransferResult {
  readonly transferred: readonly TransferredFile[];
  /** Names of files that the sending side does not have. */
  readonly missing: readonly string[];
}

/** Called for every piece that arrived: bytes of the file so far, and how many it has. */
export type Progress = (name: string, bytes: number, total: number) => void;

export interface TransferContext {
  readonly log: Logger;
  readonly progress: Progress;
  /** Largest file that is taken from the server, bytes. */
  readonly maximumBytes: number;
}

/** One way to move files over a connection that is open. */
export interface Transport {
  readonly kind: 'sftp' | 'scp';
  /** Sends open files into a folder, relative to the home of the user. */
  upload(files: readonly OpenedFile[], remoteFolder: string): Promise<void>;
  /** Fetches files into a folder; those that the server does not have are not in the result. */
  download(names: readonly string[], remoteFolder: string, localFolder: string): Promise<readonly TransferredFile[]>;
  close(): void;
}
