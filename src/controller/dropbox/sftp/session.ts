import type { FileHandle } from 'node:fs/promises';
import type { ByteReader, ByteWriter } from '../../../ssh/byte-stream.js';
import { messageOf } from '../../../ssh/errors.js';
import { WireError } from '../../../ssh/wire.js';
import { concernsOperator, DropboxError, denied, describeCause, type FailureKind, toDropboxError } from '../failure.js';
import type { AgentHome, Entry } from '../home.js';
import { parsePath, showPath, simplifyPath } from '../path.js';
import type { TransferLog } from '../transfer-log.js';
import type { Upload } from '../upload.js';
import {
  attributesReply,
  dataReply,
  type HandleRequest,
  handleReply,
  limitsReply,
  longestPacket,
  longestRead,
  nameReply,
  openFlag,
  type PathRequest,
  parseInit,
  parseRequest,
  protocolVersion,
  type SentAttributes,
  type SftpRequest,
  statusCode,
  statusReply,
  versionReply,
} from './packets.js';

type OpenItem =
  | { readonly kind: 'upload'; readonly path: string; readonly upload: Upload }
  | { readonly kind: 'file'; readonly path: string; readonly file: FileHandle; bytes: number }
  | { readonly kind: 'folder'; readonly entries: AsyncGenerator<Entry> };

const mostHandles = 32;
const entriesPerReply = 100;

const codes: Readonly<Record<FailureKind, number>> = {
  missing: statusCode.missing,
  denied: statusCode.denied,
  unsupported: statusCode.unsupported,
  exists: statusCode.failure,
  full: statusCode.failure,
  quota: statusCode.failure,
  invalid: statusCode.failure,
  failure: statusCode.failure,
};

type Requested<K extends SftpRequest['kind']> = Extract<SftpRequest, { readonly kind: K }>;

/** One SFTP subsystem: requests are answered one after the other, in order, and the next is read only after that. */
export class SftpSession {
  readonly #items = new Map<number, OpenItem>();
  #nextHandle = 0;

  constructor(
    private readonly reader: ByteReader,
    private readonly writer: ByteWriter,
    private readonly home: AgentHome,
    private readonly log: TransferLog,
  ) {}

  /** Answers until the client closes the channel. @throws WireError where it does not speak SFTP */
  async run(): Promise<void> {
    try {
      const first = await this.#packet();
      if (first === undefined) {
        return;
      }
      if (parseInit(first) < protocolVersion) {
        throw new WireError(`the client speaks a version before ${protocolVersion}`);
      }
      await this.writer.write(versionReply());
      for (let packet = await this.#packet(); packet !== undefined; packet = await this.#packet()) {
        await this.writer.write(await this.#answer(parseRequest(packet)));
      }
    } finally {
      await this.#dropAll();
    }
  }

  async #packet(): Promise<Buffer | undefined> {
    const first = await this.reader.some(1);
    if (first.length === 0) {
      return undefined;
    }
    const length = Buffer.concat([first, await this.reader.exactly(3)]).readUInt32BE();
    if (length < 5 || length > longestPacket) {
      throw new WireError(`a packet of ${length} bytes`);
    }
    return this.reader.exactly(length);
  }

  async #answer(request: SftpRequest): Promise<Buffer> {
    try {
      return await this.#perform(request);
    } catch (error) {
      const failure = toDropboxError(error);
      if (concernsOperator(failure)) {
        this.log.failed(request.kind, describeCause(failure));
      }
      return statusReply(request.id, codes[failure.kind], failure.message);
    }
  }

  async #perform(request: SftpRequest): Promise<Buffer> {
    const { id } = request;
    switch (request.kind) {
      case 'open':
        return this.#open(request);
      case 'close':
        return this.#close(request);
      case 'read':
        return this.#read(request);
      case 'write':
        return this.#done(id, this.#upload(request.handle).write(request.data, request.offset));
      case 'lstat':
      case 'stat':
        return attributesReply(id, await this.home.stat(parsePath(request.path)));
      case 'fstat':
        return this.#fileStatus(request);
      case 'setstat':
        return this.#done(id, this.#change(request.path, request.attributes));
      case 'fsetstat':
        return this.#done(id, this.#changeOpen(this.#item(request.handle), request.attributes));
      case 'opendir':
        return this.#openFolder(request);
      case 'readdir':
        return this.#readFolder(request);
      case 'remove':
        return this.#done(id, this.home.removeFile(parsePath(request.path)));
      case 'mkdir':
        return this.#done(id, this.home.makeFolder(parsePath(request.path)));
      case 'rmdir':
        return this.#done(id, this.home.removeFolder(parsePath(request.path)));
      case 'realpath':
        return nameReply(id, [{ name: showPath(simplifyPath(request.path)), stats: undefined }]);
      case 'rename':
        return this.#done(id, this.home.rename(parsePath(request.from), parsePath(request.to), request.replace));
      case 'fsync':
        return this.#done(id, this.#upload(request.handle).sync());
      case 'limits':
        return limitsReply(id, mostHandles);
      case 'unsupported':
        throw new DropboxError('unsupported', 'Operation unsupported');
    }
  }

  async #done(id: number, action: Promise<void>): Promise<Buffer> {
    await action;
    return statusReply(id, statusCode.ok, 'Success');
  }

  #keep(item: () => Promise<OpenItem>): Promise<Buffer> {
    if (this.#items.size >= mostHandles) {
      throw new DropboxError('failure', 'Too many open files');
    }
    return item().then((opened) => {
      const number = this.#nextHandle;
      this.#nextHandle = (number + 1) % 0xffffffff;
      this.#items.set(number, opened);
      const handle = Buffer.alloc(4);
      handle.writeUInt32BE(number);
      return handle;
    });
  }

  #item(handle: Buffer): OpenItem {
    const item = handle.length === 4 ? this.#items.get(handle.readUInt32BE()) : undefined;
    if (item === undefined) {
      throw new DropboxError('failure', 'Bad file descriptor');
    }
    return item;
  }

  #upload(handle: Buffer): Upload {
    const item = this.#item(handle);
    if (item.kind !== 'upload') {
      throw denied('the file is not open for writing');
    }
    return item.upload;
  }

  async #open({ id, path: sent, flags, attributes }: Requested<'open'>): Promise<Buffer> {
    const components = parsePath(sent);
    const path = showPath(components);
    if ((flags & openFlag.write) === 0) {
      const opening = () => this.home.openForReading(components);
      return handleReply(id, await this.#keep(async () => ({ kind: 'file', path, file: await opening(), bytes: 0 })));
    }
    if ((flags & (openFlag.append | openFlag.read)) !== 0) {
      throw new DropboxError('unsupported', 'Operation unsupported: files are uploaded whole, not changed in place');
    }
    if ((flags & openFlag.create) === 0) {
      await this.home.stat(components);
    }
    const request = {
      mode: attributes.mode ?? 0o644,
      truncate: (flags & openFlag.truncate) !== 0,
      exclusive: (flags & openFlag.exclusive) !== 0,
    };
    const opening = () => this.home.openForWriting(components, request);
    return handleReply(id, await this.#keep(async () => ({ kind: 'upload', path, upload: await opening() })));
  }

  async #close({ id, handle }: Requested<HandleRequest>): Promise<Buffer> {
    const item = this.#item(handle);
    this.#items.delete(handle.readUInt32BE());
    switch (item.kind) {
      case 'upload':
        await item.upload.commit();
        this.log.received(item.path, item.upload.size);
        break;
      case 'file':
        await item.file.close();
        this.log.sent(item.path, item.bytes);
        break;
      case 'folder':
        await item.entries.return(undefined);
        break;
    }
    return statusReply(id, statusCode.ok, 'Success');
  }

  async #read({ id, handle, offset, length }: Requested<'read'>): Promise<Buffer> {
    const item = this.#item(handle);
    if (item.kind !== 'file') {
      throw denied('the file is not open for reading');
    }
    const buffer = Buffer.allocUnsafe(Math.min(length, longestRead));
    const { bytesRead } = await item.file.read(buffer, 0, buffer.length, offset);
    item.bytes += bytesRead;
    return bytesRead === 0 && length > 0
      ? statusReply(id, statusCode.endOfFile, 'End of file')
      : dataReply(id, buffer.subarray(0, bytesRead));
  }

  async #fileStatus({ id, handle }: Requested<HandleRequest>): Promise<Buffer> {
    const item = this.#item(handle);
    if (item.kind === 'folder') {
      throw new DropboxError('failure', 'Is a directory');
    }
    return attributesReply(id, item.kind === 'upload' ? await item.upload.stat() : await item.file.stat());
  }

  async #change(path: Buffer, { size, mode, owner, times }: SentAttributes): Promise<void> {
    if (owner || size !== undefined) {
      throw new DropboxError('unsupported', 'Operation unsupported: only mode and times of a file can be changed');
    }
    await this.home.change(parsePath(path), { mode, times });
  }

  async #changeOpen(item: OpenItem, { size, mode, owner, times }: SentAttributes): Promise<void> {
    if (item.kind !== 'upload') {
      throw denied('the file is not open for writing');
    }
    if (owner) {
      throw new DropboxError('unsupported', 'Operation unsupported: the owner of a file cannot be changed');
    }
    if (size !== undefined) {
      await item.upload.truncate(size);
    }
    if (mode !== undefined) {
      await item.upload.changeMode(mode);
    }
    if (times !== undefined) {
      await item.upload.changeTimes(times.accessed, times.modified);
    }
  }

  async #openFolder({ id, path }: Requested<PathRequest>): Promise<Buffer> {
    const components = parsePath(path);
    if (!(await this.home.stat(components)).isDirectory()) {
      throw new DropboxError('failure', 'Not a directory');
    }
    const handle = await this.#keep(async () => ({ kind: 'folder', entries: this.home.list(components) }));
    return handleReply(id, handle);
  }

  async #readFolder({ id, handle }: Requested<HandleRequest>): Promise<Buffer> {
    const item = this.#item(handle);
    if (item.kind !== 'folder') {
      throw new DropboxError('failure', 'Not a directory');
    }
    const entries: Entry[] = [];
    while (entries.length < entriesPerReply) {
      const next = await item.entries.next();
      if (next.done === true) {
        break;
      }
      entries.push(next.value);
    }
    return entries.length === 0 ? statusReply(id, statusCode.endOfFile, 'End of file') : nameReply(id, entries);
  }

  /** The connection ended: what was not closed by the client is not whole. */
  async #dropAll(): Promise<void> {
    for (const item of this.#items.values()) {
      switch (item.kind) {
        case 'upload':
          this.log.dropped(item.path, item.upload.size);
          await item.upload.discard().catch((error: unknown) => this.log.failed('discard', messageOf(error)));
          break;
        case 'file':
          await item.file.close();
          break;
        case 'folder':
          await item.entries.return(undefined);
          break;
      }
    }
    this.#items.clear();
  }
}
