import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AgentHome } from '../../../src/controller/dropbox/home.js';
import { Quota } from '../../../src/controller/dropbox/quota.js';
import { parseRequest } from '../../../src/controller/dropbox/sftp/packets.js';
import { SftpSession } from '../../../src/controller/dropbox/sftp/session.js';
import { TransferLog } from '../../../src/controller/dropbox/transfer-log.js';
import { ByteReader, ByteWriter } from '../../../src/ssh/byte-stream.js';
import { WireError, WireReader, WireWriter } from '../../../src/ssh/wire.js';
import { silentLogger } from '../../silent-logger.js';
import { temporaryFolder } from '../../temporary-folder.js';

interface Reply {
  readonly type: number;
  readonly rest: Buffer;
}

let root: string;

beforeEach(async () => {
  root = temporaryFolder();
  await mkdir(join(root, 'export', 'TEST'), { recursive: true });
});

function framed(body: Buffer): Buffer {
  return Buffer.concat([new WireWriter().uint32(body.length).done(), body]);
}

function init(version = 3): Buffer {
  return framed(new WireWriter().byte(1).uint32(version).done());
}

function request(type: number, id: number, fill: (writer: WireWriter) => WireWriter): Buffer {
  return framed(fill(new WireWriter().byte(type).uint32(id)).done());
}

function replies(bytes: Buffer): readonly Reply[] {
  const reader = new WireReader(bytes);
  const found: Reply[] = [];
  while (reader.remaining > 0) {
    const body = reader.string();
    found.push({ type: body.readUInt8(), rest: body.subarray(1) });
  }
  return found;
}

function status(reply: Reply | undefined): readonly [number, string] {
  const reader = new WireReader(reply?.rest.subarray(4) ?? Buffer.alloc(0));
  return [reader.uint32(), reader.string().toString()];
}

/** Sends bytes to a session, closes, and gives what it answered. */
async function talk(bytes: Buffer): Promise<Buffer> {
  const quota = new Quota({ bytes: 1e6, files: 100, fileBytes: 1e6 }, async () => [join(root, 'export')]);
  const home = new AgentHome(root, new Set(['TEST']), quota);
  const input = new PassThrough();
  const output = new PassThrough({ highWaterMark: 1e7 });
  const { signal } = new AbortController();
  const log = new TransferLog(silentLogger, 'TEST', '127.0.0.1');
  const session = new SftpSession(new ByteReader(input, signal), new ByteWriter(output, signal), home, log);
  input.end(bytes);
  await session.run();
  const answer: unknown = output.read();
  return Buffer.isBuffer(answer) ? answer : Buffer.alloc(0);
}

describe('SftpSession', () => {
  it('answers in order and drops what was not closed', async () => {
    const answer = await talk(
      Buffer.concat([
        init(),
        request(3, 1, (writer) => writer.string('/export/TEST/whole').uint32(0x1a).uint32(0)),
        request(6, 2, (writer) => writer.string(Buffer.alloc(4)).uint64(0n).string('contents')),
        request(4, 3, (writer) => writer.string(Buffer.alloc(4))),
        request(3, 4, (writer) => writer.string('/export/TEST/half').uint32(0x1a).uint32(0)),
        request(6, 5, (writer) =>
          writer
            .string(Buffer.of(0, 0, 0, 1))
            .uint64(0n)
            .string('contents'),
        ),
      ]),
    );
    expect(replies(answer).map(({ type }) => type)).toEqual([2, 102, 101, 101, 102, 101]);
    expect(await readFile(join(root, 'export/TEST/whole'), 'utf8')).toBe('contents');
    expect(await readdir(join(root, 'export/TEST'))).toEqual(['whole']);
    expect(await readdir(join(root, '.incoming'))).toEqual([]);
  });

  it.each([
    ['symlink', 20, 'a', 'b'],
    ['readlink', 19, 'a', undefined],
    ['hardlink', 200, 'hardlink@openssh.com', 'a'],
    ['statvfs', 200, 'statvfs@openssh.com', '/'],
    ['copy-data', 200, 'copy-data', 'a'],
    ['an unknown request', 99, 'a', undefined],
  ])('does not support %s', async (_, type, first, second) => {
    const body = (writer: WireWriter) =>
      second === undefined ? writer.string(first) : writer.string(first).string(second);
    const answer = replies(await talk(Buffer.concat([init(), request(type, 7, body)])));
    expect(status(answer[1])).toEqual([8, 'Operation unsupported']);
  });

  it('refuses to change owners, sizes by name, and files in place', async () => {
    const answer = replies(
      await talk(
        Buffer.concat([
          init(),
          request(9, 1, (writer) => writer.string('/export/TEST/a').uint32(2).uint32(0).uint32(0)),
          request(9, 2, (writer) => writer.string('/export/TEST/a').uint32(1).uint64(0n)),
          request(3, 3, (writer) => writer.string('/export/TEST/a').uint32(0x0e).uint32(0)),
          request(3, 4, (writer) => writer.string('/export/TEST/a').uint32(0x02).uint32(0)),
          request(5, 5, (writer) => writer.string('none').uint64(0n).uint32(10)),
        ]),
      ),
    );
    expect(answer.slice(1).map((reply) => status(reply)[0])).toEqual([8, 8, 8, 2, 4]);
  });

  it('limits open handles', async () => {
    const open = Array.from({ length: 40 }, (_, id) => request(11, id, (writer) => writer.string('/export/TEST')));
    const answer = replies(await talk(Buffer.concat([init(), ...open])));
    expect(answer.filter(({ type }) => type === 102)).toHaveLength(32);
    expect(status(answer.at(-1))).toEqual([4, 'Too many open files']);
  });

  it.each([
    ['packets that are too long', Buffer.from('7fffffff01', 'hex')],
    ['something else than INIT first', request(3, 1, (writer) => writer.string('x').uint32(1).uint32(0))],
    ['an old version', init(2)],
    ['empty packets', Buffer.alloc(4)],
  ])('ends at %s', async (_, bytes) => {
    await expect(talk(bytes)).rejects.toThrow(WireError);
  });

  it('answers or ends at any bytes, and leaves nothing behind', async () => {
    const packet = fc
      .tuple(fc.integer({ min: 0, max: 201 }), fc.uint8Array({ maxLength: 80 }))
      .map(([type, bytes]) => framed(Buffer.concat([Buffer.of(type, 0, 0, 0, 1), bytes])));
    const bytes = fc.array(
      fc.oneof(
        packet,
        fc.uint8Array({ maxLength: 20 }).map((raw) => Buffer.from(raw)),
      ),
      { maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (parts) => {
        await talk(Buffer.concat([init(), ...parts])).catch((error: Error) =>
          expect(['WireError', 'SshError']).toContain(error.name),
        );
        expect(await readdir(join(root, 'export', 'TEST'))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('parseRequest', () => {
  it('throws WireError or understands', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        try {
          expect(parseRequest(Buffer.from(bytes)).id).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('does not count through attributes that are not there', () => {
    const endless = new WireWriter()
      .byte(3)
      .uint32(1)
      .string('x')
      .uint32(0)
      .uint32(0x80000000)
      .uint32(0xffffffff)
      .done();
    expect(() => parseRequest(endless)).toThrow(WireError);
  });
});
