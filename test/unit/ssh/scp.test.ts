import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../../src/ssh/byte-stream.js';
import { SshError } from '../../../src/ssh/errors.js';
import { headerLine, type ScpHeader } from '../../../src/ssh/scp/messages.js';
import { type ReceivingFolder, ScpReceiver } from '../../../src/ssh/scp/receiver.js';
import { ScpSender } from '../../../src/ssh/scp/sender.js';

interface Kept {
  readonly header: ScpHeader;
  readonly folders: readonly string[];
  readonly contents: Buffer;
}

class Memory implements ReceivingFolder {
  readonly kept: Kept[] = [];
  readonly folders: string[] = [];
  readonly complaints: string[] = [];
  discarded = 0;

  constructor(private readonly refuse: (name: string) => string | undefined = () => undefined) {}

  async openFile(folders: readonly string[], header: ScpHeader) {
    const reason = this.refuse(header.name);
    if (reason === 'open') {
      throw new Error('No such file or directory');
    }
    const chunks: Buffer[] = [];
    return {
      write: async (chunk: Buffer) => {
        if (reason === 'write') {
          throw new Error('No space left on device');
        }
        chunks.push(Buffer.from(chunk));
      },
      commit: async () => {
        this.kept.push({ header, folders: [...folders], contents: Buffer.concat(chunks) });
      },
      discard: async () => {
        this.discarded += 1;
      },
    };
  }

  async openFolder(folders: readonly string[], header: ScpHeader) {
    this.folders.push([...folders, header.name].join('/'));
  }

  complained(text: string) {
    this.complaints.push(text);
  }
}

function pair(target: ReceivingFolder, recursive = false) {
  const { signal } = new AbortController();
  const there = new PassThrough();
  const back = new PassThrough();
  const sender = new ScpSender(new ByteReader(back, signal), new ByteWriter(there, signal));
  const received = new ScpReceiver(
    new ByteReader(there, signal),
    new ByteWriter(back, signal),
    target,
    recursive,
  ).run();
  received.catch(() => {});
  return { sender, received, there };
}

async function* once(contents: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < contents.length; at += 7) {
    yield contents.subarray(at, at + 7);
  }
}

function header(name: string, size: number): ScpHeader {
  return { name, size, mode: 0o644 };
}

async function receive(bytes: Buffer, recursive = false): Promise<Memory> {
  const memory = new Memory();
  const { signal } = new AbortController();
  const input = new PassThrough();
  input.end(bytes);
  const output = new PassThrough();
  output.resume();
  await new ScpReceiver(new ByteReader(input, signal), new ByteWriter(output, signal), memory, recursive).run();
  return memory;
}

describe('scp protocol', () => {
  it('brings files, folders and times over', async () => {
    const memory = new Memory();
    const { sender, received, there } = pair(memory, true);
    const contents = Buffer.from('0123456789');
    expect(await sender.start()).toBeUndefined();
    const times = { modified: 1_000_000_000, accessed: 1 };
    expect(await sender.file({ ...header('a b', 10), times }, once(contents))).toBeUndefined();
    expect(await sender.file(header('empty', 0), once(Buffer.alloc(0)))).toBeUndefined();
    expect(await sender.enter({ name: 'folder', size: 0, mode: 0o755 })).toBeUndefined();
    expect(await sender.file(header('inner', 10), once(contents))).toBeUndefined();
    expect(await sender.leave()).toBeUndefined();
    there.end();
    expect(await received).toBe(0);
    expect(memory.kept).toEqual([
      { header: { ...header('a b', 10), times }, folders: [], contents },
      { header: header('empty', 0), folders: [], contents: Buffer.alloc(0) },
      { header: header('inner', 10), folders: ['folder'], contents },
    ]);
  });

  it('goes on after a file that is refused, fails while it is written, or comes too short', async () => {
    const memory = new Memory((name) => (name === 'open' || name === 'write' ? name : undefined));
    const { sender, received, there } = pair(memory);
    const contents = Buffer.from('0123456789');
    await sender.start();
    expect((await sender.file(header('open', 10), once(contents)))?.text).toBe('scp: open: No such file or directory');
    expect((await sender.file(header('write', 10), once(contents)))?.text).toContain('No space left on device');
    expect((await sender.file(header('short', 100), once(contents)))?.text).toContain('shorter');
    await sender.complain('other: cannot be read');
    expect(await sender.file(header('good', 10), once(contents))).toBeUndefined();
    there.end();
    expect(await received).toBe(4);
    expect(memory.kept.map((file) => file.header.name)).toEqual(['good']);
    expect(memory.complaints).toHaveLength(2);
    expect(memory.discarded).toBe(2);
  });

  it.each([
    ['a path', 'C0644 1 ../evil\nx\0'],
    ['a slash', 'C0644 1 a/b\nx\0'],
    ['dots', 'C0644 1 ..\nx\0'],
    ['no name', 'C0644 1 \nx\0'],
    ['a control character', 'C0644 1 a\x1bb\nx\0'],
    ['a negative size', 'C0644 -1 a\n'],
    ['a huge size', 'C0644 99999999999999999999 a\n'],
    ['a bad mode', 'C9999 1 a\n'],
    ['another letter', 'X0644 1 a\n'],
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from('C0644 1 a'), 0xff, 10])],
    ['malformed times', 'T1 2 3\n'],
    ['a line without end', `C0644 1 ${'x'.repeat(9000)}`],
    ['an end in the middle', 'C0644 10 a\n12345'],
  ])('refuses %s', async (_, bytes) => {
    await expect(receive(Buffer.from(bytes))).rejects.toThrow(SshError);
  });

  it('takes folders only where they are asked for', async () => {
    const bytes = Buffer.from('D0755 0 folder\nC0644 1 a\nx\0E\n');
    expect((await receive(bytes, true)).kept[0]?.folders).toEqual(['folder']);
    expect((await receive(bytes)).kept.map((file) => file.folders)).toEqual([[]]);
  });

  it('never sends a name that is more than one', () => {
    for (const name of ['', '.', '..', 'a/b', 'a\nb', 'x'.repeat(256)]) {
      expect(() => headerLine('file', header(name, 0))).toThrow(SshError);
    }
  });

  it('takes plain names only, whatever comes', async () => {
    const part = fc.oneof(
      fc.constantFrom('C0644 1 a\nx\0', 'D0755 0 d\n', 'E\n', 'T1 0 2 0\n', '\x01oops\n', '\x02bye\n', '\0'),
      fc.string({ maxLength: 12 }),
      fc.string({ maxLength: 12 }).map((name) => `C0644 1 ${name}\nx\0`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const memory = await receive(Buffer.from(parts.join('')), true).catch((error: unknown) => error);
        if (memory instanceof Memory) {
          const names = memory.kept.flatMap((file) => [...file.folders, file.header.name]);
          expect(names.every((name) => !/^\.{0,2}$|[/\0]/.test(name))).toBe(true);
        } else {
          expect(memory).toBeInstanceOf(SshError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
