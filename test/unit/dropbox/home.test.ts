import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, readlink, rename, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AgentHome, type UploadRequest } from '../../../src/controller/dropbox/home.js';
import { Quota } from '../../../src/controller/dropbox/quota.js';
import { temporaryFolder } from '../../temporary-folder.js';

const secret = 'secret of another agent';
const request: UploadRequest = { mode: 0o644, truncate: true, exclusive: false };

let outside: string;
let root: string;
let home: AgentHome;

async function collect(path: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of home.list(path)) {
    names.push(entry.name);
  }
  return names.sort();
}

async function upload(path: readonly string[], text: string, changes: Partial<UploadRequest> = {}): Promise<void> {
  const file = await home.openForWriting(path, { ...request, ...changes });
  await file.write(Buffer.from(text), 0);
  await file.commit();
}

beforeEach(async () => {
  const folder = temporaryFolder();
  outside = join(folder, 'outside');
  root = join(folder, 'agents', 'TEST');
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), secret);
  for (const path of ['export/TEST', 'update/TEST', 'export/OTHER', 'update/OTHER']) {
    await mkdir(join(root, path), { recursive: true });
  }
  await writeFile(join(root, 'export', 'OTHER', 'secret'), secret);
  const quota = new Quota({ bytes: 1000, files: 10, fileBytes: 500 }, async () => [
    join(root, 'export'),
    join(root, '.incoming'),
  ]);
  home = new AgentHome(root, new Set(['TEST']), quota);
});

describe('uploads', () => {
  it('are visible when they are whole, and not before', async () => {
    const file = await home.openForWriting(['export', 'TEST', 'a'], request);
    await file.write(Buffer.from('half'), 0);
    expect(await collect(['export', 'TEST'])).toEqual([]);
    await file.commit();
    expect(await readFile(join(root, 'export/TEST/a'), 'utf8')).toBe('half');
    expect(await readdir(join(root, '.incoming'))).toEqual([]);
    expect(await collect([])).toEqual(['export', 'update']);
    expect(await collect(['export'])).toEqual(['TEST']);
  });

  it('leave the old file where they are given up', async () => {
    await upload(['export', 'TEST', 'a'], 'old');
    const file = await home.openForWriting(['export', 'TEST', 'a'], request);
    await file.write(Buffer.from('new'), 0);
    await file.discard();
    expect(await readFile(join(root, 'export/TEST/a'), 'utf8')).toBe('old');
    expect(await readdir(join(root, '.incoming'))).toEqual([]);
  });

  it('begin with the old contents where those are not truncated', async () => {
    await upload(['export', 'TEST', 'a'], '0123456789');
    const file = await home.openForWriting(['export', 'TEST', 'a'], { ...request, truncate: false });
    await file.write(Buffer.from('ab'), 2);
    await file.truncate(6);
    await file.commit();
    expect(await readFile(join(root, 'export/TEST/a'), 'utf8')).toBe('01ab45');
  });

  it('keep the mode of what they replace, and never lock the controller out', async () => {
    await upload(['export', 'TEST', 'a'], 'x', { mode: 0o640 });
    await upload(['export', 'TEST', 'a'], 'y', { mode: 0o777 });
    await upload(['export', 'TEST', 'b'], 'y', { mode: 0o4000 });
    await upload(['export', 'TEST', 'c'], 'y', { mode: 0o777 });
    const mode = async (name: string) => (await stat(join(root, 'export/TEST', name))).mode & 0o7777;
    expect([await mode('a'), await mode('b'), await mode('c')]).toEqual([0o640, 0o600, 0o755]);
  });

  it('go to export/<PROJECT>/ and nowhere else', async () => {
    const places = [
      ['x'],
      ['export', 'x'],
      ['export', 'OTHER', 'x'],
      ['update', 'TEST', 'x'],
      ['export', 'TEST'],
      ['..', 'x'],
    ];
    for (const path of places) {
      await expect(home.openForWriting(path, request), path.join('/')).rejects.toThrow();
      await expect(home.removeFile(path)).rejects.toThrow();
    }
    await expect(home.makeFolder(['export', 'OTHER', 'x'])).rejects.toThrow(/Permission denied/);
    await expect(home.makeFolder(['update', 'TEST', 'x'])).rejects.toThrow(/Permission denied/);
    await upload(['export', 'TEST', 'a'], 'x');
    await expect(home.rename(['export', 'TEST', 'a'], ['update', 'TEST', 'a'], true)).rejects.toThrow(/Permission/);
    await expect(home.rename(['export', 'TEST', 'a'], ['export', 'OTHER', 'secret'], true)).rejects.toThrow(
      /Permission/,
    );
    await expect(home.openForWriting(['export', 'TEST', 'a'], { ...request, exclusive: true })).rejects.toThrow(
      /exists/,
    );
  });

  it('stop at the quota, which imports give back', async () => {
    await upload(['export', 'TEST', 'a'], 'x'.repeat(400));
    await expect(upload(['export', 'TEST', 'b'], 'x'.repeat(501))).rejects.toThrow(/quota/);
    await upload(['export', 'TEST', 'c'], 'x'.repeat(400));
    const file = await home.openForWriting(['export', 'TEST', 'd'], request);
    await expect(file.write(Buffer.alloc(300), 0)).rejects.toThrow(/quota/);
    await file.discard();
    await upload(['export', 'TEST', 'a'], 'x'.repeat(10));
    await upload(['export', 'TEST', 'd'], 'x'.repeat(300));
  });
});

describe('symbolic links that are planted', () => {
  it('are never followed', async () => {
    const folder = join(root, 'export', 'TEST');
    await symlink(outside, join(folder, 'dir'));
    await symlink(join(outside, 'secret'), join(folder, 'file'));
    await symlink('/', join(root, 'update', 'TEST', 'top'));
    for (const path of [['file'], ['dir'], ['dir', 'secret']]) {
      await expect(home.openForReading(['export', 'TEST', ...path]), path.join('/')).rejects.toThrow();
      await expect(home.stat(['export', 'TEST', ...path])).rejects.toThrow();
      await expect(home.change(['export', 'TEST', ...path], { mode: 0o777, times: undefined })).rejects.toThrow();
    }
    await expect(collect(['export', 'TEST', 'dir'])).rejects.toThrow();
    await expect(collect(['update', 'TEST', 'top'])).rejects.toThrow();
    await expect(upload(['export', 'TEST', 'dir', 'new'], 'x')).rejects.toThrow();
    await expect(home.makeFolder(['export', 'TEST', 'dir', 'new'])).rejects.toThrow();
    await expect(home.removeFile(['export', 'TEST', 'dir', 'secret'])).rejects.toThrow();
    expect(await collect(['export', 'TEST'])).toEqual([]);
    await upload(['export', 'TEST', 'file'], 'mine');
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe(secret);
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('mine');
    await home.removeFile(['export', 'TEST', 'dir']);
    expect(await readdir(outside)).toEqual(['secret']);
  });

  it('do not help in place of the folders of the agent', async () => {
    await symlink(outside, join(root, 'export', 'LINK'));
    const linked = new AgentHome(
      root,
      new Set(['LINK']),
      new Quota({ bytes: 10, files: 10, fileBytes: 10 }, async () => []),
    );
    await expect(linked.stat(['export', 'LINK', 'secret'])).rejects.toThrow();
    await expect(linked.openForWriting(['export', 'LINK', 'x'], request)).rejects.toThrow();
    await symlink(root, join(outside, 'root'));
    const swapped = new AgentHome(
      join(outside, 'root'),
      new Set(['TEST']),
      new Quota({ bytes: 10, files: 10, fileBytes: 10 }, async () => []),
    );
    await expect(swapped.stat(['export', 'TEST'])).rejects.toThrow();
  });

  it('win no race against a folder that is swapped meanwhile', async () => {
    await mkdir(join(root, 'export', 'TEST', 'd'));
    await writeFile(join(root, 'export', 'TEST', 'd', 'secret'), 'mine');
    let swapping = true;
    const swap = async () => {
      const path = join(root, 'export', 'TEST', 'd');
      while (swapping) {
        await rename(path, `${path}.away`);
        await symlink(outside, path);
        await unlink(path);
        await rename(`${path}.away`, path);
      }
    };
    const swapper = swap();
    for (let round = 0; round < 120; round += 1) {
      const text = await home.openForReading(['export', 'TEST', 'd', 'secret']).then(
        async (file) => {
          const contents = await file.readFile('utf8');
          await file.close();
          return contents;
        },
        () => 'refused',
      );
      expect(text).not.toBe(secret);
      await upload(['export', 'TEST', 'd', 'new'], 'x').catch(() => {});
    }
    swapping = false;
    await swapper;
    expect(await readdir(outside)).toEqual(['secret']);
  });
});

describe('other kinds of files', () => {
  it('are not opened', async () => {
    execFileSync('mkfifo', [join(root, 'update', 'TEST', 'pipe')]);
    await expect(home.openForReading(['update', 'TEST', 'pipe'])).rejects.toThrow(/regular/);
    expect(await collect(['update', 'TEST'])).toEqual([]);
    execFileSync('mkfifo', [join(root, 'export', 'TEST', 'pipe')]);
    await expect(home.openForWriting(['export', 'TEST', 'pipe'], request)).rejects.toThrow(/regular/);
  });

  it('may be hard links: an upload replaces the name, not the file behind it', async () => {
    await link(join(outside, 'secret'), join(root, 'export', 'TEST', 'hard'));
    await upload(['export', 'TEST', 'hard'], 'mine', { truncate: true });
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe(secret);
  });
});

describe('any sequence of requests', () => {
  it('changes nothing outside of export/<PROJECT>', async () => {
    const name = fc.constantFrom('..', '.', 'export', 'update', 'TEST', 'OTHER', 'a', 'dir', 'secret', '.incoming', '');
    const path = fc.array(name, { maxLength: 5 });
    const action = fc.oneof(
      fc.record({
        kind: fc.constantFrom('upload', 'remove', 'rmdir', 'mkdir', 'change', 'read', 'list'),
        path,
        to: path,
      }),
      fc.record({ kind: fc.constant('rename'), path, to: path }),
    );
    await symlink(outside, join(root, 'export', 'TEST', 'dir'));
    const perform = async (kind: string, from: readonly string[], to: readonly string[]): Promise<void> => {
      switch (kind) {
        case 'upload':
          return upload(from, 'x');
        case 'remove':
          return home.removeFile(from);
        case 'rmdir':
          return home.removeFolder(from);
        case 'mkdir':
          return home.makeFolder(from);
        case 'change':
          return home.change(from, { mode: 0, times: { accessed: 0, modified: 0 } });
        case 'rename':
          return home.rename(from, to, true);
        case 'read': {
          const file = await home.openForReading(from);
          const contents = await file.readFile('utf8');
          await file.close();
          expect(contents).not.toBe(secret);
          return;
        }
        default:
          await collect(from);
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        for (const { kind, path: from, to } of actions) {
          await perform(kind, from, to).catch((error: Error) => expect(error.name).not.toBe('AssertionError'));
        }
        expect(await readdir(outside)).toEqual(['secret']);
        expect(await readFile(join(outside, 'secret'), 'utf8')).toBe(secret);
        expect((await stat(join(outside, 'secret'))).mode & 0o777).not.toBe(0);
        expect(await readFile(join(root, 'export', 'OTHER', 'secret'), 'utf8')).toBe(secret);
        expect((await readdir(root)).filter((entry) => entry !== '.incoming')).toEqual(['export', 'update']);
        expect(await readdir(join(root, 'update', 'TEST'))).toEqual([]);
        const planted = await readlink(join(root, 'export', 'TEST', 'dir')).catch(() => outside);
        expect(planted).toBe(outside);
      }),
      { numRuns: 150 },
    );
  });
});
