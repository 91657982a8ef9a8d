import type { ByteReader } from '../byte-stream.js';
import { SshError } from '../errors.js';

/** Modification and access time in seconds since 1970, as `scp -p` sends them. */
export interface ScpTimes {
  readonly modified: number;
  readonly accessed: number;
}

export interface ScpHeader {
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of a file; 0 for a folder. */
  readonly size: number;
  readonly times?: ScpTimes;
}

export type ScpMessage =
  | { readonly kind: 'file' | 'folder'; readonly header: ScpHeader }
  | { readonly kind: 'times'; readonly times: ScpTimes }
  | { readonly kind: 'leave' }
  /** `fatal` ends the transfer, otherwise only one file of it failed. */
  | { readonly kind: 'error'; readonly fatal: boolean; readonly text: string };

export const acknowledgement = Buffer.of(0);

const longestLine = 4096;
const newline = 10;
const decoder = new TextDecoder('utf-8', { fatal: true });

export class ScpProtocolError extends SshError {
  override readonly name = 'ScpProtocolError';

  constructor(message: string) {
    super('protocol', `what came is not the scp protocol: ${message}`);
  }
}

/** A name that is one plain component of a path. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= 255;
}

function decode(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ScpProtocolError('a line is not UTF-8');
  }
}

function parseHeader(kind: 'file' | 'folder', text: string): ScpMessage {
  const match = /^([0-7]{4}) (\d{1,15}) (.+)$/su.exec(text);
  const [, mode = '', size = '', name = ''] = match ?? [];
  if (match === null || !isPlainName(name)) {
    throw new ScpProtocolError(`${JSON.stringify(text.slice(0, 100))} does not name one file`);
  }
  return { kind, header: { name, mode: Number.parseInt(mode, 8) & 0o777, size: Number(size) } };
}

function parseTimes(text: string): ScpMessage {
  const match = /^(\d{1,11}) \d{1,6} (\d{1,11}) \d{1,6}$/.exec(text);
  if (match === null) {
    throw new ScpProtocolError('malformed times');
  }
  return { kind: 'times', times: { modified: Number(match[1]), accessed: Number(match[2]) } };
}

function parseMessage(line: Buffer): ScpMessage {
  const first = line.readUInt8();
  if (first === 1 || first === 2) {
    return { kind: 'error', fatal: first === 2, text: printable(line.subarray(1).toString('utf8')) };
  }
  const text = decode(line.subarray(1));
  switch (String.fromCharCode(first)) {
    case 'C':
      return parseHeader('file', text);
    case 'D':
      return parseHeader('folder', text);
    case 'T':
      return parseTimes(text);
    case 'E':
      return { kind: 'leave' };
    default:
      throw new ScpProtocolError(`a message cannot begin with byte ${first}`);
  }
}

/** What the other side says, made safe for a log. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}

/** Reads up to the newline, one byte at a time: lines are short, and what follows is not ours to take. */
async function readLine(reader: ByteReader, first: Buffer): Promise<Buffer> {
  const bytes: number[] = [...first];
  for (;;) {
    const [byte] = await reader.exactly(1);
    if (byte === undefined || byte === newline) {
      return Buffer.from(bytes);
    }
    bytes.push(byte);
    if (bytes.length > longestLine) {
      throw new ScpProtocolError(`a line is longer than ${longestLine} bytes`);
    }
  }
}

/** @returns the next message of a sender, undefined where it closed the channel between two messages */
export async function readMessage(reader: ByteReader): Promise<ScpMessage | undefined> {
  const first = await reader.some(1);
  return first.length === 0 ? undefined : parseMessage(await readLine(reader, first));
}

export interface ScpComplaint {
  readonly fatal: boolean;
  readonly text: string;
}

/** @returns undefined where the other side is content, else what it says @throws SshError where the channel ends */
export async function readAnswer(reader: ByteReader): Promise<ScpComplaint | undefined> {
  const first = await reader.exactly(1);
  if (first[0] === 0) {
    return undefined;
  }
  const line = await readLine(reader, first);
  if (first[0] !== 1 && first[0] !== 2) {
    throw new ScpProtocolError(`the answer was ${JSON.stringify(printable(line.toString('utf8')).slice(0, 200))}`);
  }
  return { fatal: first[0] === 2, text: printable(line.subarray(1).toString('utf8')) };
}

/** A complaint about one file; the transfer goes on. */
export function complaint(text: string): Buffer {
  return Buffer.from(`\x01scp: ${printable(text)}\n`);
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

export function headerLine(kind: 'file' | 'folder', header: ScpHeader): Buffer {
  if (!isPlainName(header.name)) {
    throw new ScpProtocolError(`${JSON.stringify(header.name)} cannot be sent as a file name`);
  }
  return Buffer.from(`${kind === 'file' ? 'C' : 'D'}${octal(header.mode)} ${header.size} ${header.name}\n`);
}

export function timesLine(times: ScpTimes): Buffer {
  return Buffer.from(`T${times.modified} 0 ${times.accessed} 0\n`);
}

export const leaveLine = Buffer.from('E\n');
