import type { ByteReader, ByteWriter } from '../byte-stream.js';
import { messageOf } from '../errors.js';
import {
  acknowledgement,
  complaint,
  readAnswer,
  readMessage,
  type ScpHeader,
  type ScpMessage,
  ScpProtocolError,
  type ScpTimes,
} from './messages.js';

/** A file that is being received. */
export interface ReceivedFile {
  write(chunk: Buffer): Promise<void>;
  /** All bytes came: the file becomes visible. */
  commit(): Promise<void>;
  /** The file did not come whole: nothing of it stays. */
  discard(): Promise<void>;
}

/** Where received files go. What its methods throw is told to the sender as a complaint about that file. */
export interface ReceivingFolder {
  /** @param folders names of the folders that the sender entered */
  openFile(folders: readonly string[], header: ScpHeader): Promise<ReceivedFile>;
  openFolder(folders: readonly string[], header: ScpHeader): Promise<void>;
  /** The sender complains, for instance of a file that it does not have. */
  complained(text: string): void;
}

const chunkSize = 256 * 1024;

/** The side of the legacy scp protocol that gets the files: a client that downloads, and `scp -t` on a server. */
export class ScpReceiver {
  readonly #folders: string[] = [];
  #times: ScpTimes | undefined;
  #failures = 0;

  constructor(
    private readonly reader: ByteReader,
    private readonly writer: ByteWriter,
    private readonly target: ReceivingFolder,
    private readonly recursive: boolean,
  ) {}

  /** Receives until the sender is done. @returns how many files failed or were complained of */
  async run(): Promise<number> {
    await this.writer.write(acknowledgement);
    for (;;) {
      const message = await readMessage(this.reader);
      if (message === undefined || (message.kind === 'leave' && this.#folders.length === 0)) {
        return this.#failures;
      }
      if (!(await this.#handle(message))) {
        return this.#failures;
      }
    }
  }

  /** @returns whether the transfer goes on */
  async #handle(message: ScpMessage): Promise<boolean> {
    switch (message.kind) {
      case 'error':
        this.#failures += 1;
        this.target.complained(message.text);
        return !message.fatal;
      case 'times':
        this.#times = message.times;
        await this.writer.write(acknowledgement);
        return true;
      case 'leave':
        this.#folders.pop();
        await this.writer.write(acknowledgement);
        return true;
      case 'folder':
        await this.#attempt(message.header.name, () => this.#enter(message.header));
        return true;
      case 'file':
        await this.#file(this.#withTimes(message.header));
        return true;
    }
  }

  #withTimes(header: ScpHeader): ScpHeader {
    const times = this.#times;
    this.#times = undefined;
    return times === undefined ? header : { ...header, times };
  }

  async #enter(header: ScpHeader): Promise<void> {
    if (!this.recursive) {
      throw new ScpProtocolError('a folder was sent that was not asked for');
    }
    await this.target.openFolder(this.#folders, this.#withTimes(header));
    this.#folders.push(header.name);
    await this.writer.write(acknowledgement);
  }

  async #attempt(name: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      await this.#complain(name, error);
    }
  }

  async #complain(name: string, error: unknown): Promise<void> {
    this.#failures += 1;
    await this.writer.write(complaint(`${name}: ${messageOf(error)}`));
  }

  async #file(header: ScpHeader): Promise<void> {
    let file: ReceivedFile;
    try {
      file = await this.target.openFile(this.#folders, header);
    } catch (error) {
      await this.#complain(header.name, error);
      return;
    }
    try {
      await this.writer.write(acknowledgement);
      const failure = await this.#contents(file, header.size);
      await this.#finish(file, header, failure);
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /** Takes all bytes even where writing fails, as the sender does not stop in the middle. */
  async #contents(file: ReceivedFile, size: number): Promise<unknown> {
    let failure: unknown;
    for (let missing = size; missing > 0; ) {
      const chunk = await this.reader.some(Math.min(missing, chunkSize));
      if (chunk.length === 0) {
        throw new ScpProtocolError('the channel was closed in the middle of a file');
      }
      missing -= chunk.length;
      if (failure === undefined) {
        failure = await file.write(chunk).then(
          () => undefined,
          (error: unknown) => error,
        );
      }
    }
    return failure;
  }

  async #finish(file: ReceivedFile, header: ScpHeader, failure: unknown): Promise<void> {
    const complaintOfSender = await readAnswer(this.reader);
    if (complaintOfSender !== undefined) {
      this.#failures += 1;
      this.target.complained(complaintOfSender.text);
      await file.discard();
      await this.writer.write(acknowledgement);
      return;
    }
    await this.#attempt(header.name, async () => {
      if (failure !== undefined) {
        await file.discard();
        throw failure;
      }
      await file.commit();
      await this.writer.write(acknowledgement);
    });
  }
}
