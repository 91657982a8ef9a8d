import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseCommit, parseSignature } from '../../../src/git/commit-object.js';

const known = () => {
  throw new Error('the encoding is known');
};

function commit(message: Uint8Array | string, ...headers: readonly (string | Buffer)[]): string {
  const lines = ['tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904', ...headers];
  return Buffer.concat([
    ...lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]),
    Buffer.from('\n'),
    Buffer.from(message),
  ]).toString('latin1');
}

describe('a commit object', () => {
  it('gives people, parents and the message to the last byte', () => {
    const first = '1'.repeat(40);
    const second = '2'.repeat(40);
    const bytes = commit(
      '\n\nSubject\r\n\nbody \0 end\n\n',
      `parent ${first}`,
      `parent ${second}`,
      'author Anna <anna@example.org> 1700000000 +0130',
      'committer Bram <bram@example.org> 1700000060 -0200',
    );
    expect(parseCommit(bytes, known)).toEqual({
      parents: [first, second],
      author: { name: 'Anna', email: 'anna@example.org', time: 1_700_000_000 },
      committer: { name: 'Bram', email: 'bram@example.org', time: 1_700_000_060 },
      message: '\n\nSubject\r\n\nbody \0 end\n\n',
    });
  });

  it('skips the lines of signatures and merged tags, whatever they look like', () => {
    const bytes = commit(
      'Subject\n',
      'author Anna <anna@example.org> 1 +0000',
      'mergetag object x\n type commit\n tag y\n \n parent fake\n author Eve <eve@example.org> 2 +0000',
      'gpgsig-sha256 -----BEGIN\n \n encoding latin1\n -----END',
      'committer Bram <bram@example.org> 3 +0000',
    );
    const { parents, author, committer, message } = parseCommit(bytes, known);
    expect({ parents, author: author.name, committer: committer.name, message }).toEqual({
      parents: [],
      author: 'Anna',
      committer: 'Bram',
      message: 'Subject\n',
    });
  });

  it.each([
    ['ISO-8859-1', [0xe9, 0x93], 'é\x93'],
    ['latin1', [0xe9], 'é'],
    ['windows-1252', [0x93, 0x80, 0x81, 0xe9], '“€\ufffdé'],
    ['CP1252', [0x94], '”'],
    ['windows-1251', [0xcf, 0x93], 'П“'],
    ['ISO8859-15', [0xa4], '€'],
    ['koi8-r', [0xc1], 'а'],
    ['US-ASCII', [0x41, 0xe9], 'A\ufffd'],
    ['Shift_JIS', [0x83, 0x65], 'テ'],
    ['eucJP', [0xa4, 0xa2], 'あ'],
    ['GBK', [0xc4, 0xe3], '你'],
    ['utf8', [0xc3, 0xa9, 0xff], 'é\ufffd'],
  ])('is decoded as %s where its header says so', (encoding, bytes, text) => {
    const person = Buffer.concat([Buffer.from('author '), Buffer.from(bytes), Buffer.from(' <x@example.org> 1 +0000')]);
    const parsed = parseCommit(commit(Uint8Array.from(bytes), person, `encoding ${encoding}`), known);
    expect(parsed.message).toBe(text);
    expect(parsed.author.name).toBe(text);
  });

  it('is read as UTF-8, and this is told, where nobody knows the encoding', () => {
    const told = vi.fn();
    expect(parseCommit(commit('é', 'encoding X-Klingon'), told).message).toBe('é');
    expect(told).toHaveBeenCalledWith('X-Klingon');
  });

  it('keeps a byte order mark, and replaces bytes that are not UTF-8 as the Encoding Standard says', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (message) => {
        expect(parseCommit(commit(message), known).message).toBe(decoder.decode(message));
      }),
    );
  });

  it('never fails on hostile bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { message, author } = parseCommit(Buffer.from(bytes).toString('latin1'), () => undefined);
        expect(typeof message).toBe('string');
        expect(author.time).not.toBeNaN();
      }),
    );
  });
});

describe('a signature', () => {
  it.each([
    ['Anna de Vries <anna@example.org> 1700000000 +0100', 'Anna de Vries', 'anna@example.org', 1_700_000_000],
    [' <nobody@example.org> 1 +0000', '', 'nobody@example.org', 1],
    ['<nobody@example.org> 1 +0000', '', 'nobody@example.org', 1],
    ['Eva <> 1 +0000', 'Eva', '', 1],
    ['build[bot] <1+build[bot]@example.org> 1 -0000', 'build[bot]', '1+build[bot]@example.org', 1],
    ['A <b> <c@example.org> 1 +0000', 'A', 'b', 1],
    ['No address 1 +0000', 'No address', '', 1],
    ['No date <x@example.org>', 'No date', 'x@example.org', 0],
    ['', '', '', 0],
  ])('%j', (line, name, email, time) => {
    expect(parseSignature(line)).toEqual({ name, email, time });
  });
});
