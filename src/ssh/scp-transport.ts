import type { ClientChannel } from 'ssh2';
import { ByteReader, ByteWriter } from './byte-stream.js';
import type { SshConnection } from './connection.js';
import { SshError } from './errors.js';
import { chunksOf, IncomingFile, type OpenedFile } from './local-files.js';
import { printable, type ScpComplaint, type ScpHeader } from './scp/messages.js';
import { type ReceivedFile, type ReceivingFolder, ScpReceiver } from './scp/receiver.js';
import { ScpSender } from './scp/sender.js';
import { remoteDiskFull } from './sftp-transport.js';
import type { TransferContext, TransferredFile, Transport } from './transfer.js';

const longestNotice = 4096;

/** Paths go through a shell at the other side, or through one that imitates a shell: only what needs no quotes is sent. */
function checkShellSafe(text: string): string {
  if (!/^[\w.@%+-][\w.@%+/-]*$/.test(text)) {
    throw new SshError('local', `${JSON.stringify(text)} cannot be sent to a server without SFTP: rename it`);
  }
  return text;
}

function explain(path: string, text: string): SshError {
  if (/no space left|disk (is )?full/i.test(text)) {
    return remoteDiskFull(path, new Error(text));
  }
  if (/quota/i.test(text)) {
    return new SshError('remote-quota', `${path}: ${text}`);
  }
  if (/permission denied/i.test(text)) {
    return new SshError('remote-permission', `${path}: the server denies it: ${text}`);
  }
  if (/no such file or directory|is a directory/i.test(text)) {
    return new SshError('remote-folder', `${path}: the server has no such folder: register the agent there (${text})`);
  }
  return new SshError('remote', `${path}: the server refused it: ${text}`);
}

/** One `scp` command that runs on the server. */
class RemoteScp {
  readonly reader: ByteReader;
  readonly writer: ByteWriter;
  #notice = '';

  constructor(
    private readonly channel: ClientChannel,
    private readonly command: string,
    private readonly lost: AbortSignal,
  ) {
    this.reader = new ByteReader(channel, lost);
    this.writer = new ByteWriter(channel, lost);
    channel.stderr.on('data', (chunk: Buffer) => {
      this.#notice = `${this.#notice}${chunk.toString('utf8')}`.slice(-longestNotice);
    });
  }

  get notice(): string {
    return printable(this.#notice);
  }

  /** What went wrong where the server closed the channel before a word of the protocol, as upload.sh and shells do. */
  refused(error: unknown): unknown {
    if (this.lost.aborted) {
      return this.lost.reason;
    }
    if (!(error instanceof SshError) || (error.failure !== 'cut' && error.failure !== 'protocol')) {
      return error;
    }
    const reason = this.notice === '' ? error.message : this.notice;
    return new SshError('command-refused', `the server does not run ${JSON.stringify(this.command)}: ${reason}`, {
      cause: error,
    });
  }

  end(): void {
    this.channel.end();
  }
}

/** Files that arrive from the server: only the one that was asked for, into the local folder. */
class Destination implements ReceivingFolder {
  readonly received: TransferredFile[] = [];
  readonly complaints: string[] = [];
  /** What went wrong here, of which the server is told only that something did. */
  failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly name: string,
    private readonly folder: string,
    private readonly context: TransferContext,
  ) {}

  async openFile(folders: readonly string[], header: ScpHeader): Promise<ReceivedFile> {
    return this.#remembering(() => this.#open(folders, header));
  }

  async #open(folders: readonly string[], header: ScpHeader): Promise<ReceivedFile> {
    if (folders.length > 0 || header.name !== this.name || this.received.length > 0) {
      throw new SshError('protocol', `the server sent ${JSON.stringify(header.name)} instead of ${this.name}`);
    }
    const { maximumBytes, progress } = this.context;
    if (header.size > maximumBytes) {
      throw new SshError('too-large', `${this.name} has ${header.size} bytes, more than the ${maximumBytes} allowed`);
    }
    const file = await IncomingFile.create(this.folder, header.name, header.mode, maximumBytes);
    return {
      write: (chunk) =>
        this.#remembering(async () => {
          await file.write(chunk);
          progress(header.name, file.size, header.size);
        }),
      commit: () =>
        this.#remembering(async () => {
          await file.commit();
          this.received.push({ name: header.name, bytes: file.size });
        }),
      discard: () => file.discard(),
    };
  }

  async openFolder(): Promise<void> {
    throw new SshError('protocol', 'the server sent a folder');
  }

  async #remembering<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }

  complained(text: string): void {
    this.complaints.push(text);
  }
}

/** The bytes of a file on their way out; remembers what went wrong here, which the server cannot know. */
class ReportedContents {
  failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly file: OpenedFile,
    private readonly context: TransferContext,
  ) {}

  async *chunks(): AsyncGenerator<Buffer> {
    let sent = 0;
    try {
      for await (const chunk of chunksOf(this.file)) {
        yield chunk;
        sent += chunk.length;
        this.context.progress(this.file.name, sent, this.file.size);
      }
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

/** The protocol that scp spoke before OpenSSH 9, in the commands that the login shell of an original controller allows. */
export class ScpTransport implements Transport {
  readonly kind = 'scp';

  constructor(
    private readonly connection: SshConnection,
    private readonly context: TransferContext,
  ) {}

  close(): void {}

  async upload(files: readonly OpenedFile[], remoteFolder: string): Promise<void> {
    for (const file of files) {
      checkShellSafe(file.name);
    }
    const several = files.length > 1 ? ' -d' : '';
    const remote = await this.#run(`scp${several} -t ~/${checkShellSafe(remoteFolder)}/`);
    try {
      const sender = new ScpSender(remote.reader, remote.writer);
      const complaint = await sender.start().catch((error: unknown) => {
        throw remote.refused(error);
      });
      this.#check(remoteFolder, complaint);
      for (const file of files) {
        await this.#send(sender, file, `${remoteFolder}/${file.name}`);
      }
    } finally {
      this.#end(remote);
    }
  }

  async download(
    names: readonly string[],
    remoteFolder: string,
    localFolder: string,
  ): Promise<readonly TransferredFile[]> {
    const received: TransferredFile[] = [];
    for (const name of names) {
      // One command per file: braces are expanded by some login shells only, and an error then names its file.
      received.push(...(await this.#fetch(name, remoteFolder, localFolder)));
    }
    return received;
  }

  async #fetch(name: string, remoteFolder: string, localFolder: string): Promise<readonly TransferredFile[]> {
    const path = `${checkShellSafe(remoteFolder)}/${checkShellSafe(name)}`;
    const remote = await this.#run(`scp -f ~/${path}`);
    const destination = new Destination(name, localFolder, this.context);
    try {
      await new ScpReceiver(remote.reader, remote.writer, destination, false).run();
    } catch (error) {
      throw remote.refused(error);
    } finally {
      this.#end(remote);
    }
    if (destination.failure !== undefined) {
      throw destination.failure.error;
    }
    if (destination.received.length > 0) {
      return destination.received;
    }
    return this.#missing(path, destination.complaints, remote);
  }

  /** Nothing came: fine where the server says that there is no such file, an error otherwise. */
  #missing(path: string, complaints: readonly string[], remote: RemoteScp): readonly TransferredFile[] {
    const text = complaints.join('; ');
    if (/no such file or directory/i.test(text)) {
      return [];
    }
    if (text === '') {
      throw remote.refused(new SshError('cut', 'it closed the channel without a word'));
    }
    throw explain(path, text);
  }

  async #run(command: string): Promise<RemoteScp> {
    const { lost } = this.connection;
    return new RemoteScp(await this.connection.exec(command), command, lost);
  }

  async #send(sender: ScpSender, file: OpenedFile, path: string): Promise<void> {
    const contents = new ReportedContents(file, this.context);
    const complaint = await sender.file(file, contents.chunks());
    if (contents.failure !== undefined) {
      throw contents.failure.error;
    }
    this.#check(path, complaint);
    this.context.progress(file.name, file.size, file.size);
  }

  #check(path: string, complaint: ScpComplaint | undefined): void {
    if (complaint !== undefined) {
      throw explain(path, complaint.text);
    }
  }

  #end(remote: RemoteScp): void {
    remote.end();
    if (remote.notice !== '') {
      this.context.log.debug({ notice: remote.notice }, 'SSH server says');
    }
  }
}
