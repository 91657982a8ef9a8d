import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { type DropboxBench, startBench } from '../servers/dropbox.js';

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
});
