import { decoderOf } from './encoding.js';
import type { Signature } from './history.js';

/** What a commit object itself says, decoded by its `encoding` header. */
export interface CommitObject {
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

const LINE_FEED = 0x0a;
const BLANK = 0x20;

/**
 * Takes a commit object apart (gitformat of `git cat-file commit`): headers, an empty line, the message to the last
 * byte.
 *
 * @param onUnknownEncoding called with the name of an encoding that cannot be decoded; UTF-8 is used instead
 */
export function parseCommit(bytes: Buffer, onUnknownEncoding: (name: string) => void): CommitObject {
  const parents: string[] = [];
  let author: Buffer | undefined;
  let committer: Buffer | undefined;
  let encoding: string | undefined;
  let position = 0;
  while (position < bytes.length && bytes[position] !== LINE_FEED) {
    const end = lineEnd(bytes, position);
    const nameEnd = bytes.indexOf(BLANK, position);
    const name = bytes.toString('latin1', position, nameEnd < 0 || nameEnd > end ? end : nameEnd);
    const value = bytes.subarray(position + name.length + 1, end);
    if (name === 'parent') parents.push(value.toString('latin1'));
    else if (name === 'author') author ??= value;
    else if (name === 'committer') committer ??= value;
    else if (name === 'encoding') encoding = value.toString('latin1').trim();
    position = end + 1;
  }
  const decode = decoderOf(encoding, onUnknownEncoding);
  return {
    parents,
    author: parseSignature(author === undefined ? '' : decode(author)),
    committer: parseSignature(committer === undefined ? '' : decode(committer)),
    message: decode(bytes.subarray(Math.min(position + 1, bytes.length))),
  };
}

function lineEnd(bytes: Buffer, position: number): number {
  const end = bytes.indexOf(LINE_FEED, position);
  return end < 0 ? bytes.length : end;
}

const SIGNATURE = /^(.*) (\d+) [+-]\d+/s;

/** Takes `NAME <EMAIL> SECONDS ZONE` apart; what is missing is "" or 0. */
export function parseSignature(line: string): Signature {
  const dated = SIGNATURE.exec(line);
  const person = dated?.[1] ?? line;
  const time = Number(dated?.[2] ?? 0);
  const open = person.indexOf('<');
  const close = person.indexOf('>', open + 1);
  if (open < 0 || close < 0) return { name: person, email: '', time };
  return { name: person.slice(0, open).trimEnd(), email: person.slice(open + 1, close), time };
}
