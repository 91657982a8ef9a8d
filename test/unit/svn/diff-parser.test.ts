import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChangeType, type Difference, DiffParser } from '../../../src/svn/diff-parser.js';

const separator = '='.repeat(67);

function parse(text: string, piece = text.length): Difference {
  const bytes = Buffer.from(text);
  const parser = new DiffParser();
  for (let start = 0; start < bytes.length; start += Math.max(1, piece)) {
    parser.add(bytes.subarray(start, start + Math.max(1, piece)));
  }
  return parser.finish();
}

/** Lines that look like parts of a diff, with every end that a line can have. */
const content = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '')),
  fc.constantFrom(
    ...['Index: fake.txt', separator, '--- a\t(nonexistent)', '+++ b\t(nonexistent)', '@@ -1,9 +1,9 @@', '+', '-', ' '],
    ...['', '\\ No newline at end of file', 'Cannot display: file marked as a binary type.', '\t(nonexistent)'],
  ),
);
const ending = fc.constantFrom('\n', '\n', '\r', '\r\n');
const line = fc.record({ mark: fc.constantFrom('+', '-', ' '), content, ending });
const hunk = fc.array(line, { minLength: 1, maxLength: 8 });
const file = fc.record({
  path: fc.stringMatching(/^[a-zé (){}@+-][a-zé (){}@+=/-]{0,20}$/),
  type: fc.constantFrom<ChangeType>('A', 'D', 'M'),
  hunks: fc.array(hunk, { maxLength: 3 }),
  noNewline: fc.boolean(),
});
type File = typeof file extends fc.Arbitrary<infer Value> ? Value : never;

function print({ path, type, hunks, noNewline }: File): string {
  if (hunks.length === 0) return `Index: ${path}\n${separator}\n`;
  const side = (is: ChangeType, revision: number): string => (type === is ? '(nonexistent)' : `(revision ${revision})`);
  const head = `Index: ${path}\n${separator}\n--- ${path}\t${side('A', 1)}\n+++ ${path}\t${side('D', 2)}\n`;
  const last = hunks.length - 1;
  return head + hunks.map((lines, index) => printHunk(lines, noNewline && index === last)).join('');
}

function printHunk(lines: readonly { mark: string; content: string; ending: string }[], noNewline: boolean): string {
  const count = (other: string): number => lines.filter(({ mark }) => mark !== other).length;
  const side = (number: number): string => (number === 1 ? '5' : `5,${number}`);
  const printed = lines.map((one, index) => {
    const isOpen = noNewline && index === lines.length - 1;
    return `${one.mark}${one.content}${isOpen ? '\n\\ No newline at end of file\n' : one.ending}`;
  });
  return `@@ -${side(count('+'))} +${side(count('-'))} @@\n${printed.join('')}`;
}

function expected(files: readonly File[]): Difference {
  const count = ({ hunks }: File, wanted: string): number => hunks.flat().filter(({ mark }) => mark === wanted).length;
  return {
    files: files.map((one) => ({
      path: one.path,
      ...(one.hunks.length === 0 ? {} : { type: one.type }),
      insertions: count(one, '+'),
      deletions: count(one, '-'),
    })),
    size: files.flatMap(({ hunks }) => hunks.flat()).reduce((sum, one) => sum + Buffer.byteLength(one.content), 0),
  };
}

describe('the parser of diffs', () => {
  it('counts what is in hunks, whatever their lines look like and wherever pieces end', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 5 }), fc.integer({ min: 1, max: 80 }), (files, piece) => {
        expect(parse(files.map(print).join(''), piece)).toEqual(expected(files));
      }),
      { numRuns: 500 },
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
        const parser = new DiffParser();
        for (const piece of pieces) parser.add(Buffer.from(piece));
        const { files, size } = parser.finish();
        const lines = files.reduce((sum, { insertions, deletions }) => sum + insertions + deletions, 0);
        expect(size + lines).toBeLessThanOrEqual(pieces.reduce((sum, piece) => sum + piece.length, 0));
      }),
    );
  });

  it('takes what a binary file says of its type for no hunk', () => {
    const binary = `Index: a.bin\n${separator}\nCannot display: file marked as a binary type.\nsvn:mime-type = x\n`;
    const trick = '@@ -1,1000 +1,1000 @@\n+forged\n';
    const text = print({
      path: 'b.txt',
      type: 'A',
      hunks: [[{ mark: '+', content: 'one', ending: '\n' }]],
      noNewline: false,
    });
    expect(parse(binary + trick + text)).toEqual({
      files: [
        { path: 'a.bin', insertions: 0, deletions: 0 },
        { path: 'b.txt', type: 'A', insertions: 1, deletions: 0 },
      ],
      size: 3,
    });
  });

  it('leaves a hunk that is shorter than it says', () => {
    const text = `Index: a\n${separator}\n--- a\t(revision 1)\n+++ a\t(revision 2)\n@@ -1 +1,9 @@\n-a\n+b\nIndex: c\n${separator}\n`;
    expect(parse(text).files).toEqual([
      { path: 'a', type: 'M', insertions: 1, deletions: 1 },
      { path: 'c', insertions: 0, deletions: 0 },
    ]);
  });

  it('holds no line', () => {
    const parser = new DiffParser();
    parser.add(Buffer.from(`Index: a\n${separator}\n--- a\t(nonexistent)\n+++ a\t(revision 2)\n@@ -0,0 +1 @@\n+`));
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 200; index += 1) parser.add(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    parser.add(Buffer.from('\n'));
    expect(parser.finish()).toEqual({
      files: [{ path: 'a', type: 'A', insertions: 1, deletions: 0 }],
      size: 200 * 1024 * 1024,
    });
  });
});
