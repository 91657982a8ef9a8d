import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { type DropboxBench, startBench } from '../servers/dropbox.js';
import { temporaryFolder } from '../temporary-folder.js';

const clients = [
  { name: 'scp (SFTP)', options: [] },
  { name: 'scp -O (legacy)', options: ['-O'] },
] as const;

async function filled(bench: DropboxBench): Promise<Buffer> {
  const contents = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  await writeFile(join(bench.local, 'data_a.json'), contents);
  await writeFile(join(bench.local, 'empty.json'), '');
  await chmod(join(bench.local, 'data_a.json'), 0o600);
  await chmod(join(bench.local, 'empty.json'), 0o666);
  return contents;
}

describeWith([requirements.scp, requirements.sftp], 'dropbox with clients of OpenSSH', () => {
  it.each(clients)('receives files from $name', async ({ options }) => {
    const bench = await startBench();
    const contents = await filled(bench);
    const files = ['data_a.json', 'empty.json'].map((name) => join(bench.local, name));
    const several = await bench.scp(...options, ...files, bench.remote('~/export/TEST/'));
    expect(several).toEqual({ code: 0, stdout: '', stderr: '' });
    const folder = join(bench.home, 'export', 'TEST');
    expect((await readFile(join(folder, 'data_a.json'))).equals(contents)).toBe(true);
    expect((await stat(join(folder, 'data_a.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'empty.json'))).mode & 0o777).toBe(0o644);

    await writeFile(join(bench.local, 'data_a.json'), 'short');
    const again = await bench.scp(...options, join(bench.local, 'data_a.json'), bench.remote('export/TEST/'));
    expect(again.code).toBe(0);
    expect(await readFile(join(folder, 'data_a.json'), 'utf8')).toBe('short');
    const named = await bench.scp(...options, join(bench.local, 'data_a.json'), bench.remote('/export/TEST/b.json'));
    expect(named.code).toBe(0);
    expect(await readFile(join(folder, 'b.json'), 'utf8')).toBe('short');
    expect(await readdir(join(bench.home, '.incoming'))).toEqual([]);
  });

  it.each(clients)('gives files to $name', async ({ options }) => {
    const bench = await startBench();
    const folder = join(bench.home, 'update', 'TEST');
    await writeFile(join(folder, 'a.json'), 'a'.repeat(700_000));
    await writeFile(join(folder, 'b.json'), '');
    await utimes(join(folder, 'b.json'), 1_000_000_000, 1_000_000_000);
    const sources = ['a.json', 'b.json'].map((name) => bench.remote(`~/update/TEST/${name}`));
    expect(await bench.scp(...options, '-p', ...sources, bench.local)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await readFile(join(bench.local, 'a.json'), 'utf8')).toBe('a'.repeat(700_000));
    expect((await stat(join(bench.local, 'b.json'))).mtimeMs).toBe(1_000_000_000_000);

    const absent = await bench.scp(...options, bench.remote('~/update/TEST/none.json'), bench.local);
    expect(absent.code).toBe(1);
    expect(absent.stderr).toContain('No such file or directory');

    const tree = await bench.scp(...options, '-r', bench.remote('~/update/TEST'), bench.local);
    expect(tree.code).toBe(0);
    expect((await readdir(join(bench.local, 'TEST'))).sort()).toEqual(['a.json', 'b.json']);
  });

  it.each(clients)('receives folders from $name -r -p -v', async ({ options }) => {
    const bench = await startBench();
    await mkdir(join(bench.local, 'tree', 'inner'), { recursive: true });
    await writeFile(join(bench.local, 'tree', 'inner', 'x.json'), '{}');
    await writeFile(join(bench.local, 'tree', 'y.json'), '[]');
    await utimes(join(bench.local, 'tree', 'y.json'), 1_100_000_000, 1_100_000_000);
    const args = [...options, '-r', '-p', '-v', join(bench.local, 'tree'), bench.remote('~/export/TEST/')];
    const first = await bench.scp(...args);
    expect(first.code, first.stderr).toBe(0);
    expect(await readFile(join(bench.home, 'export', 'TEST', 'tree', 'inner', 'x.json'), 'utf8')).toBe('{}');
    expect((await stat(join(bench.home, 'export', 'TEST', 'tree', 'y.json'))).mtimeMs).toBe(1_100_000_000_000);
  });

  it('serves an interactive sftp session', async () => {
    const bench = await startBench();
    await filled(bench);
    const script = [
      'pwd',
      'ls -l',
      'cd export/TEST',
      `put ${join(bench.local, 'data_a.json')} one.json`,
      'rename one.json two.json',
      'mkdir inner',
      'ls -l',
      'cd inner',
      'cd ..',
      'pwd',
      'rmdir inner',
      'chmod 600 two.json',
      `get two.json ${join(bench.local, 'back.json')}`,
      'rm two.json',
      'ls',
    ].join('\n');
    const { code, stdout, stderr } = await bench.sftp(script);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Remote working directory: /\n');
    expect(stdout).toContain('Remote working directory: /export/TEST\n');
    expect(stdout).toMatch(/300000 .* two\.json/);
    expect(stdout).not.toContain('.incoming');
    expect((await readFile(join(bench.local, 'back.json'))).length).toBe(300_000);
    expect(await readdir(join(bench.home, 'export', 'TEST'))).toEqual([]);
  });

  it('says in the log what was sent, received, dropped and refused', async () => {
    const lines: string[] = [];
    const bench = await startBench({
      log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    });
    await filled(bench);
    await writeFile(join(bench.home, 'update', 'TEST', 'a.json'), 'abc');
    await bench.scp(join(bench.local, 'data_a.json'), bench.remote('export/TEST/'));
    await bench.scp('-O', bench.remote('update/TEST/a.json'), bench.local);
    await bench.ssh('agent-TEST@127.0.0.1', 'id; reboot');
    const entries = lines.map((line) => JSON.parse(line));
    const who = { agent: 'TEST', address: '127.0.0.1' };
    expect(entries).toContainEqual(
      expect.objectContaining({ ...who, path: '/export/TEST/data_a.json', bytes: 300_000 }),
    );
    expect(entries).toContainEqual(expect.objectContaining({ ...who, path: '/update/TEST/a.json', bytes: 3 }));
    expect(entries).toContainEqual(expect.objectContaining({ ...who, command: 'id; reboot' }));
  });

  it('removes at its start what was left of uploads long ago', async () => {
    const dataFolder = join(temporaryFolder(), 'data');
    const incoming = join(dataFolder, 'agents', 'TEST', '.incoming');
    const elsewhere = temporaryFolder();
    await mkdir(incoming, { recursive: true });
    await mkdir(join(dataFolder, 'agents', 'OTHER'));
    await symlink(elsewhere, join(dataFolder, 'agents', 'OTHER', '.incoming'));
    for (const path of [join(incoming, 'old'), join(elsewhere, 'old')]) {
      await writeFile(path, 'x');
      await utimes(path, 1_000_000_000, 1_000_000_000);
    }
    await writeFile(join(incoming, 'new'), 'x');
    await startBench({}, dataFolder);
    expect(await readdir(incoming)).toEqual(['new']);
    expect(await readdir(elsewhere)).toEqual(['old']);
  });
});
