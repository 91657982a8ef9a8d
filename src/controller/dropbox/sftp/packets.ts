import type { Stats } from 'node:fs';
import { WireError, WireReader, WireWriter } from '../../../ssh/wire.js';

/** Numbers of draft-ietf-secsh-filexfer-02, which is SFTP version 3. */
const requestType = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  extended: 200,
} as const;

const replyType = {
  version: 2,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 201,
} as const;

export const statusCode = {
  ok: 0,
  endOfFile: 1,
  missing: 2,
  denied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

export const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

const attributeFlag = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x80000000 } as const;

export const protocolVersion = 3;
/** Longest packet that is taken, without its length field; OpenSSH sends no longer ones. */
export const longestPacket = 256 * 1024 + 1024;
export const longestRead = 256 * 1024 - 1024;
const extensions: readonly (readonly [string, string])[] = [
  ['posix-rename@openssh.com', '1'],
  ['fsync@openssh.com', '1'],
  ['limits@openssh.com', '1'],
];

/** Attributes that a client sets; undefined where it does not say. */
export interface SentAttributes {
  readonly size: number | undefined;
  readonly mode: number | undefined;
  readonly owner: boolean;
  readonly times: { readonly accessed: number; readonly modified: number } | undefined;
}

export type PathRequest = 'lstat' | 'opendir' | 'remove' | 'rmdir' | 'realpath' | 'stat';
export type HandleRequest = 'close' | 'fstat' | 'readdir';

export type SftpRequest =
  | { readonly kind: PathRequest; readonly id: number; readonly path: Buffer }
  | { readonly kind: HandleRequest; readonly id: number; readonly handle: Buffer }
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly path: Buffer;
      readonly flags: number;
      readonly attributes: SentAttributes;
    }
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly handle: Buffer;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly kind: 'write';
      readonly id: number;
      readonly handle: Buffer;
      readonly offset: number;
      readonly data: Buffer;
    }
  | {
      readonly kind: 'setstat' | 'mkdir';
      readonly id: number;
      readonly path: Buffer;
      readonly attributes: SentAttributes;
    }
  | { readonly kind: 'fsetstat'; readonly id: number; readonly handle: Buffer; readonly attributes: SentAttributes }
  | {
      readonly kind: 'rename';
      readonly id: number;
      readonly from: Buffer;
      readonly to: Buffer;
      readonly replace: boolean;
    }
  | { readonly kind: 'fsync'; readonly id: number; readonly handle: Buffer }
  | { readonly kind: 'limits'; readonly id: number }
  | { readonly kind: 'unsupported'; readonly id: number };

function readOffset(reader: WireReader): number {
  const offset = reader.uint64();
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new WireError('an offset is too large');
  }
  return Number(offset);
}

function readAttributes(reader: WireReader): SentAttributes {
  const flags = reader.uint32();
  const size = (flags & attributeFlag.size) === 0 ? undefined : readOffset(reader);
  const owner = (flags & attributeFlag.owner) !== 0;
  if (owner) {
    reader.take(8);
  }
  const mode = (flags & attributeFlag.permissions) === 0 ? undefined : reader.uint32();
  const times =
    (flags & attributeFlag.times) === 0 ? undefined : { accessed: reader.uint32(), modified: reader.uint32() };
  if ((flags & attributeFlag.extended) !== 0) {
    for (let count = reader.uint32(); count > 0; count -= 1) {
      reader.string();
      reader.string();
    }
  }
  return { size, mode, owner, times };
}

function parseExtended(id: number, reader: WireReader): SftpRequest {
  switch (reader.string().toString('latin1')) {
    case 'posix-rename@openssh.com':
      return { kind: 'rename', id, from: reader.string(), to: reader.string(), replace: true };
    case 'fsync@openssh.com':
      return { kind: 'fsync', id, handle: reader.string() };
    case 'limits@openssh.com':
      return { kind: 'limits', id };
    default:
      return { kind: 'unsupported', id };
  }
}

const pathRequests: ReadonlyMap<number, PathRequest> = new Map([
  [requestType.lstat, 'lstat'],
  [requestType.opendir, 'opendir'],
  [requestType.remove, 'remove'],
  [requestType.rmdir, 'rmdir'],
  [requestType.realpath, 'realpath'],
  [requestType.stat, 'stat'],
]);

const handleRequests: ReadonlyMap<number, HandleRequest> = new Map([
  [requestType.close, 'close'],
  [requestType.fstat, 'fstat'],
  [requestType.readdir, 'readdir'],
]);

/** @param packet without its length field @throws WireError where it is no request */
export function parseRequest(packet: Buffer): SftpRequest {
  const reader = new WireReader(packet);
  const type = reader.byte();
  const id = reader.uint32();
  const pathKind = pathRequests.get(type);
  if (pathKind !== undefined) {
    return { kind: pathKind, id, path: reader.string() };
  }
  const handleKind = handleRequests.get(type);
  if (handleKind !== undefined) {
    return { kind: handleKind, id, handle: reader.string() };
  }
  switch (type) {
    case requestType.open:
      return { kind: 'open', id, path: reader.string(), flags: reader.uint32(), attributes: readAttributes(reader) };
    case requestType.read:
      return { kind: 'read', id, handle: reader.string(), offset: readOffset(reader), length: reader.uint32() };
    case requestType.write:
      return { kind: 'write', id, handle: reader.string(), offset: readOffset(reader), data: reader.string() };
    case requestType.setstat:
      return { kind: 'setstat', id, path: reader.string(), attributes: readAttributes(reader) };
    case requestType.mkdir:
      return { kind: 'mkdir', id, path: reader.string(), attributes: readAttributes(reader) };
    case requestType.fsetstat:
      return { kind: 'fsetstat', id, handle: reader.string(), attributes: readAttributes(reader) };
    case requestType.rename:
      return { kind: 'rename', id, from: reader.string(), to: reader.string(), replace: false };
    case requestType.extended:
      return parseExtended(id, reader);
    default:
      return { kind: 'unsupported', id };
  }
}

/** @throws WireError where the first packet is not SSH_FXP_INIT */
export function parseInit(packet: Buffer): number {
  const reader = new WireReader(packet);
  if (reader.byte() !== requestType.init) {
    throw new WireError('the first packet is not SSH_FXP_INIT');
  }
  return reader.uint32();
}

function packet(type: number, fill: (writer: WireWriter) => WireWriter): Buffer {
  const body = fill(new WireWriter().byte(type)).done();
  return Buffer.concat([new WireWriter().uint32(body.length).done(), body]);
}

export function versionReply(): Buffer {
  return packet(replyType.version, (writer) => {
    writer.uint32(protocolVersion);
    for (const [name, data] of extensions) {
      writer.string(name).string(data);
    }
    return writer;
  });
}

export function statusReply(id: number, code: number, message: string): Buffer {
  return packet(replyType.status, (writer) => writer.uint32(id).uint32(code).string(message).string('en'));
}

export function handleReply(id: number, handle: Buffer): Buffer {
  return packet(replyType.handle, (writer) => writer.uint32(id).string(handle));
}

export function dataReply(id: number, data: Buffer): Buffer {
  return packet(replyType.data, (writer) => writer.uint32(id).string(data));
}

export function attributesReply(id: number, stats: Stats): Buffer {
  return packet(replyType.attributes, (writer) => writeAttributes(writer.uint32(id), stats));
}

export interface NamedEntry {
  readonly name: string;
  /** Undefined in the answer to realpath. */
  readonly stats: Stats | undefined;
}

export function nameReply(id: number, entries: readonly NamedEntry[]): Buffer {
  return packet(replyType.name, (writer) => {
    writer.uint32(id).uint32(entries.length);
    for (const { name, stats } of entries) {
      writer.string(name).string(stats === undefined ? name : longName(name, stats));
      if (stats === undefined) {
        writer.uint32(0);
      } else {
        writeAttributes(writer, stats);
      }
    }
    return writer;
  });
}

/** Answer to limits@openssh.com: longest packet, longest read, longest write, open handles. */
export function limitsReply(id: number, handles: number): Buffer {
  return packet(replyType.extended, (writer) =>
    writer
      .uint32(id)
      .uint64(BigInt(longestPacket))
      .uint64(BigInt(longestRead))
      .uint64(BigInt(longestRead))
      .uint64(BigInt(handles)),
  );
}

function seconds(milliseconds: number): number {
  return Math.min(Math.max(0, Math.floor(milliseconds / 1000)), 0xffffffff);
}

/** Owner and group are shown as 0: they are those of the controller, which are none of the agent's business. */
function writeAttributes(writer: WireWriter, stats: Stats): WireWriter {
  return writer
    .uint32(attributeFlag.size | attributeFlag.owner | attributeFlag.permissions | attributeFlag.times)
    .uint64(BigInt(stats.size))
    .uint32(0)
    .uint32(0)
    .uint32(stats.mode)
    .uint32(seconds(stats.atimeMs))
    .uint32(seconds(stats.mtimeMs));
}

/** A line as of `ls -l`, which clients print as it is. */
function longName(name: string, stats: Stats): string {
  const letters = [...'rwxrwxrwx'].map((letter, index) => ((stats.mode >> (8 - index)) & 1 ? letter : '-')).join('');
  const date = stats.mtime.toISOString().slice(0, 16).replace('T', ' ');
  return `${stats.isDirectory() ? 'd' : '-'}${letters} 1 agent agent ${String(stats.size).padStart(12)} ${date} ${name}`;
}
