import type { FileHandle } from 'node:fs/promises';
import type { ByteReader, ByteWriter } from '../../../ssh/byte-stream.js';
import { complaint, type ScpComplaint, type ScpHeader } from '../../../ssh/scp/messages.js';
import { type ReceivedFile, type ReceivingFolder, ScpReceiver } from '../../../ssh/scp/receiver.js';
import { ScpSender } from '../../../ssh/scp/sender.js';
import { concernsOperator, DropboxError, denied, describeCause, missing, toDropboxError } from '../failure.js';
import type { AgentHome, Entry } from '../home.js';
import { parsePath, showPath } from '../path.js';
import type { TransferLog } from '../transfer-log.js';
import type { ScpCommand } from './command.js';

const chunkSize = 256 * 1024;

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, null);
    if (bytesRead === 0) {
      return;
    }
    yield buffer.subarray(0, bytesRead);
  }
}

function headerOf({ name, stats }: Entry, preserve: boolean): ScpHeader {
  const header = { name, mode: stats.mode & 0o777, size: stats.isDirectory() ? 0 : stats.size };
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
  return preserve
    ? { ...header, times: { modified: seconds(stats.mtimeMs), accessed: seconds(stats.atimeMs) } }
    : header;
}

/** What is told to the agent of an error, and to the log where an operator should know. */
function explain(error: unknown, action: string, log: TransferLog): DropboxError {
  const failure = toDropboxError(error);
  if (concernsOperator(failure)) {
    log.failed(action, describeCause(failure));
  }
  return failure;
}

/** The target of `scp -t`: a folder, or the name of one file. */
class Target implements ReceivingFolder {
  constructor(
    private readonly home: AgentHome,
    private readonly path: readonly string[],
    private readonly isFolder: boolean,
    private readonly log: TransferLog,
  ) {}

  async openFile(folders: readonly string[], header: ScpHeader): Promise<ReceivedFile> {
    const path = this.#place(folders, header.name);
    return this.#explained('receive', async () => {
      const upload = await this.home.openForWriting(path, { mode: header.mode, truncate: true, exclusive: false });
      return {
        write: (chunk) => this.#explained('write', () => upload.write(chunk, upload.size)),
        commit: () =>
          this.#explained('commit', async () => {
            if (header.times !== undefined) {
              await upload.changeTimes(header.times.accessed, header.times.modified);
            }
            await upload.commit();
            this.log.received(showPath(path), upload.size);
          }),
        discard: async () => {
          this.log.dropped(showPath(path), upload.size);
          await upload.discard();
        },
      };
    });
  }

  async openFolder(folders: readonly string[], header: ScpHeader): Promise<void> {
    const path = this.#place(folders, header.name);
    await this.#explained('make folder', async () => {
      try {
        await this.home.makeFolder(path);
      } catch (error) {
        const exists = toDropboxError(error).kind === 'exists' && (await this.home.stat(path)).isDirectory();
        if (!exists) {
          throw error;
        }
      }
    });
  }

  complained(text: string): void {
    this.log.failed('receive', `the agent says: ${text}`);
  }

  #place(folders: readonly string[], name: string): readonly string[] {
    if (this.isFolder) {
      return [...this.path, ...folders, name];
    }
    // The first thing that is sent gets the name of the target instead of its own.
    return folders.length === 0 ? this.path : [...this.path, ...folders.slice(1), name];
  }

  async #explained<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explain(error, action, this.log);
    }
  }
}

/** One `scp` command of a client. */
export class ScpSession {
  constructor(
    private readonly reader: ByteReader,
    private readonly writer: ByteWriter,
    private readonly home: AgentHome,
    private readonly log: TransferLog,
  ) {}

  /** @returns the exit code */
  async run(command: ScpCommand): Promise<number> {
    return command.direction === 'receive' ? this.#receive(command) : this.#send(command);
  }

  async #receive({ paths: [path = ''], recursive, intoFolder }: ScpCommand): Promise<number> {
    let target: Target;
    try {
      target = await this.#target(path, intoFolder);
    } catch (error) {
      await this.writer.write(complaint(`${path}: ${explain(error, 'receive', this.log).message}`));
      return 1;
    }
    const failures = await new ScpReceiver(this.reader, this.writer, target, recursive).run();
    return failures === 0 ? 0 : 1;
  }

  async #target(path: string, intoFolder: boolean): Promise<Target> {
    const components = parsePath(Buffer.from(path));
    const isFolder = await this.#isFolder(components);
    if (!isFolder && (intoFolder || path.endsWith('/'))) {
      throw isFolder === undefined ? missing() : new DropboxError('failure', 'Not a directory');
    }
    return new Target(this.home, components, isFolder === true, this.log);
  }

  /** @returns undefined where there is nothing */
  async #isFolder(components: readonly string[]): Promise<boolean | undefined> {
    try {
      return (await this.home.stat(components)).isDirectory();
    } catch (error) {
      if (toDropboxError(error).kind === 'missing') {
        return undefined;
      }
      throw error;
    }
  }

  async #send({ paths, recursive, preserve }: ScpCommand): Promise<number> {
    const sender = new ScpSender(this.reader, this.writer);
    const refused = await sender.start();
    let failures = refused === undefined ? 0 : 1;
    for (const path of paths) {
      try {
        const components = parsePath(Buffer.from(path));
        const stats = await this.home.stat(components);
        failures += await this.#sendEntry(sender, components, stats, { recursive, preserve });
      } catch (error) {
        failures += 1;
        await sender.complain(`${path}: ${explain(error, 'send', this.log).message}`);
      }
    }
    return failures === 0 ? 0 : 1;
  }

  async #sendEntry(
    sender: ScpSender,
    path: readonly string[],
    stats: Entry['stats'],
    options: Pick<ScpCommand, 'recursive' | 'preserve'>,
  ): Promise<number> {
    const header = headerOf({ name: path.at(-1) ?? 'home', stats }, options.preserve);
    if (!stats.isDirectory()) {
      return this.#sendFile(sender, path, header);
    }
    if (!options.recursive) {
      throw denied('not a regular file');
    }
    if ((await sender.enter(header)) !== undefined) {
      return 1;
    }
    let failures = 0;
    for await (const entry of this.home.list(path)) {
      failures += await this.#sendEntry(sender, [...path, entry.name], entry.stats, options);
    }
    return failures + this.#count(await sender.leave());
  }

  async #sendFile(sender: ScpSender, path: readonly string[], header: ScpHeader): Promise<number> {
    const file = await this.home.openForReading(path);
    try {
      const refused = await sender.file(header, chunksOf(file));
      if (refused === undefined) {
        this.log.sent(showPath(path), header.size);
      }
      return this.#count(refused);
    } finally {
      await file.close();
    }
  }

  #count(refused: ScpComplaint | undefined): number {
    return refused === undefined ? 0 : 1;
  }
}
