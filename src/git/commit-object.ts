import { decoderOf } from './encoding.js';
import type { Signature } from './history.js';

/** What a commit object itself says, decoded by its `encoding` header. */
export interface CommitObject {
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/**
 * Takes a commit object apart (gitformat of `git cat-file commit`): headers, an empty line, the message to the last
 * byte.
 *
 * @param object a character per byte
 * @param onUnknownEncoding called with the name of an encoding that cannot be decoded; UTF-8 is used instead
 */
export function parseCommit(object: string, onUnknownEncoding: (name: string) => void): CommitObject {
  const parents: string[] = [];
  let author: string | undefined;
  let committer: string | undefined;
  let encoding: string | undefined;
  let position = 0;
  while (position < object.length && !object.startsWith('\n', position)) {
    const found = object.indexOf('\n', position);
    const end = found < 0 ? object.length : found;
    if (object.startsWith('parent ', position)) parents.push(object.slice(position + 'parent '.length, end));
    else if (object.startsWith('author ', position)) author ??= copy(object, position + 'author '.length, end);
    else if (object.startsWith('committer ', position)) committer ??= copy(object, position + 'committer '.length, end);
    else if (object.startsWith('encoding ', position))
      encoding = copy(object, position + 'encoding '.length, end).trim();
    position = end + 1;
  }
  const decode = decoderOf(encoding, onUnknownEncoding);
  return {
    parents,
    author: parseSignature(decode(author ?? '')),
    committer: parseSignature(decode(committer ?? '')),
    message: decode(object.slice(position + 1)),
  };
}

/** People and encodings are remembered: a part of the text would keep all of it in memory. */
function copy(text: string, start: number, end: number): string {
  return Buffer.from(text.slice(start, end), 'latin1').toString('latin1');
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
