import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ClientOptions, connect, type SshClient } from '../../src/ssh/client.js';
import { ensureKeyPair } from '../../src/ssh/keys.js';
import { formatPublicKey } from '../../src/ssh/public-key.js';
import { describeWith, requirements } from '../requirements.js';
import { type Sshd, type SshdKind, startSshd } from '../servers/sshd.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

interface Bench {
  readonly folder: string;
  readonly options: ClientOptions;
}

async function prepare(sshd: Sshd, changes: Partial<ClientOptions> = {}): Promise<Bench> {
  const folder = temporaryFolder();
  const pair = await ensureKeyPair(join(folder, 'id'));
  await sshd.authorize(formatPublicKey(pair.publicKey));
  const options: ClientOptions = {
    host: '127.0.0.1',
    port: sshd.port,
    username: sshd.user,
    keyPath: pair.path,
    hostKeys: { file: join(folder, 'known_hosts'), unknown: 'pin' },
    log: silentLogger,
    ...changes,
  };
  return { folder, options };
}

async function withClient<T>(options: ClientOptions, action: (client: SshClient) => Promise<T>): Promise<T> {
  const client = await connect(options);
  try {
    return await action(client);
  } finally {
    await client.close();
  }
}

const kinds: readonly SshdKind[] = ['sftp', 'scp', 'restricted'];

for (const kind of kinds) {
  describeWith([requirements.sshd, requirements.scp], `SSH client against OpenSSH (${kind})`, () => {
    let sshd: Sshd;
    beforeAll(async () => {
      sshd = await startSshd(kind);
    });
    afterAll(() => sshd.stop());
    beforeEach(async () => {
      for (const area of ['export', 'update']) {
        for (const name of await readdir(join(sshd.home, area, 'TEST'))) {
          await chmod(join(sshd.home, area, 'TEST', name), 0o644);
        }
      }
    });

    it('uploads several files with their modes and skips those that are missing', async () => {
      const { folder, options } = await prepare(sshd);
      const contents = Buffer.alloc(3_000_001, 'x');
      await writeFile(join(folder, 'data_big.json'), contents);
      await writeFile(join(folder, 'data_empty.json'), '');
      await chmod(join(folder, 'data_empty.json'), 0o600);
      await chmod(join(folder, 'data_big.json'), 0o664);
      const names = ['data_big.json', 'data_missing.json', 'data_empty.json'];
      const result = await withClient(options, (client) =>
        client.upload(
          names.map((name) => ({ path: join(folder, name) })),
          'export/TEST/',
        ),
      );
      expect(result).toEqual({
        transferred: [
          { name: 'data_big.json', bytes: contents.length },
          { name: 'data_empty.json', bytes: 0 },
        ],
        missing: [join(folder, 'data_missing.json')],
      });
      const remote = join(sshd.home, 'export', 'TEST');
      expect((await readFile(join(remote, 'data_big.json'))).equals(contents)).toBe(true);
      expect((await stat(join(remote, 'data_big.json'))).mode & 0o777).toBe(0o644);
      expect((await stat(join(remote, 'data_empty.json'))).mode & 0o777).toBe(0o600);
      expect((await readdir(join(sshd.home, 'export'))).filter((name) => name.endsWith('.part'))).toEqual([]);
    });

    it('uploads one file and keeps the mode of the one that it replaces', async () => {
      const { folder, options } = await prepare(sshd);
      const remote = join(sshd.home, 'export', 'TEST', 'latest.json');
      await writeFile(remote, 'old and longer');
      await chmod(remote, 0o640);
      await writeFile(join(folder, 'latest.json'), '{}');
      await withClient(options, (client) => client.upload([{ path: join(folder, 'latest.json') }], 'export/TEST'));
      expect(await readFile(remote, 'utf8')).toBe('{}');
      expect((await stat(remote)).mode & 0o777).toBe(0o640);
    });

    it('downloads what is there, and a single file too', async () => {
      const { folder, options } = await prepare(sshd);
      const remote = join(sshd.home, 'update', 'TEST');
      await writeFile(join(remote, 'a.json'), '{"a": 1}');
      await writeFile(join(remote, 'b.json'), Buffer.alloc(700_000, 'b'));
      await writeFile(join(folder, 'a.json'), 'local');
      const local = join(folder, 'export', 'TEST');
      await withClient(options, async (client) => {
        const several = await client.download(['b.json', 'c.json', 'a.json'], 'update/TEST', local);
        expect(several).toEqual({
          transferred: [
            { name: 'b.json', bytes: 700_000 },
            { name: 'a.json', bytes: 8 },
          ],
          missing: ['c.json'],
        });
        const one = await client.download(['a.json'], 'update/TEST', folder);
        expect(one.transferred).toEqual([{ name: 'a.json', bytes: 8 }]);
        expect((await client.download(['none.json'], 'update/TEST', folder)).missing).toEqual(['none.json']);
      });
      expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('{"a": 1}');
      expect((await readFile(join(local, 'b.json'))).length).toBe(700_000);
      expect((await readdir(local)).sort()).toEqual(['a.json', 'b.json']);
    });

    it('says so where the remote folder is missing or a file too large', async () => {
      const { folder, options } = await prepare(sshd, { maximumDownload: 10 });
      await writeFile(join(folder, 'x.json'), '{}');
      await writeFile(join(sshd.home, 'update', 'TEST', 'large.json'), 'more than ten bytes');
      await withClient(options, async (client) => {
        await expect(client.upload([{ path: join(folder, 'x.json') }], 'export/NONE')).rejects.toMatchObject({
          failure: 'remote-folder',
        });
        await expect(client.download(['large.json'], 'update/TEST', folder)).rejects.toMatchObject({
          failure: 'too-large',
        });
      });
      expect(existsSync(join(folder, 'large.json'))).toBe(false);
    });

    it('reports a connection that is cut in the middle, and leaves no half file', async () => {
      const { folder, options } = await prepare(sshd);
      await writeFile(join(folder, 'huge.json'), Buffer.alloc(60_000_000, 'h'));
      let started = false;
      const progress = () => {
        if (!started) {
          started = true;
          sshd.cut();
        }
      };
      const failed = withClient({ ...options, progress }, (client) =>
        client.upload([{ path: join(folder, 'huge.json') }], 'export/TEST'),
      );
      await expect(failed).rejects.toMatchObject({ failure: 'cut' });
      if (kind === 'sftp') {
        expect(existsSync(join(sshd.home, 'export', 'TEST', 'huge.json'))).toBe(false);
      }
    });

    it('stops on request', async () => {
      const abort = new AbortController();
      const { folder, options } = await prepare(sshd, { signal: abort.signal });
      await writeFile(join(folder, 'huge.json'), Buffer.alloc(60_000_000, 'h'));
      const failed = withClient({ ...options, progress: () => abort.abort() }, (client) =>
        client.upload([{ path: join(folder, 'huge.json') }], 'export/TEST'),
      );
      await expect(failed).rejects.toMatchObject({ failure: 'aborted' });
    });

    it('fails locally, and clearly, on a folder that cannot be written', async () => {
      const { folder, options } = await prepare(sshd);
      await writeFile(join(sshd.home, 'update', 'TEST', 'a.json'), '{}');
      await mkdir(join(folder, 'a.json'));
      await withClient(options, async (client) => {
        await expect(client.download(['a.json'], 'update/TEST', folder)).rejects.toMatchObject({ failure: 'local' });
        await expect(client.download(['../a'], 'update/TEST', folder)).rejects.toMatchObject({ failure: 'local' });
        await expect(client.upload([{ path: folder }], 'export/TEST')).rejects.toMatchObject({ failure: 'local' });
      });
    });
  });
}
