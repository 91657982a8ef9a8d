import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { DropboxOptions } from '../../src/controller/dropbox/options.js';
import { type ClientOptions, connect, type SshClient } from '../../src/ssh/client.js';
import { ensureKeyPair } from '../../src/ssh/keys.js';
import { HostKeyChangedError, pinHostKeys } from '../../src/ssh/known-hosts.js';
import { generateKey } from '../../src/ssh/private-key.js';
import { formatPublicKey } from '../../src/ssh/public-key.js';
import { describeWith, requirements } from '../requirements.js';
import { type DropboxBench, startBench } from '../servers/dropbox.js';
import { type Sshd, startSshd } from '../servers/sshd.js';
import { silentLogger } from '../silent-logger.js';
import { smallDisk } from '../small-disk.js';
import { temporaryFolder } from '../temporary-folder.js';

const protocols = ['sftp', 'scp'] as const;

function optionsFor(bench: DropboxBench, changes: Partial<ClientOptions> = {}): ClientOptions {
  return {
    host: '127.0.0.1',
    port: bench.dropbox.port,
    username: 'agent-TEST',
    keyPath: bench.keyPath,
    hostKeys: { file: join(bench.local, 'pinned'), unknown: 'pin' },
    log: silentLogger,
    ...changes,
  };
}

async function using<T>(options: ClientOptions, action: (client: SshClient) => Promise<T>): Promise<T> {
  const client = await connect(options);
  try {
    return await action(client);
  } finally {
    await client.close();
  }
}

describeWith([requirements.scp], 'SSH client and dropbox', () => {
  it.each(protocols)('work together over %s', async (protocol) => {
    const bench = await startBench();
    const contents = Buffer.alloc(5_000_000, 'y');
    await writeFile(join(bench.local, 'data.json'), contents);
    await writeFile(join(bench.local, 'empty.json'), '');
    await writeFile(join(bench.home, 'update', 'TEST', 'tracker.json'), '{}');
    const seen: number[] = [];
    const options = optionsFor(bench, {
      protocol,
      progress: (name, bytes, total) => {
        if (name === 'data.json') {
          seen.push(bytes);
          expect(total).toBe(contents.length);
        }
      },
    });
    await using(options, async (client) => {
      const files = ['data.json', 'none.json', 'empty.json'].map((name) => ({ path: join(bench.local, name) }));
      const sent = await client.upload(files, 'export/TEST');
      expect(sent.transferred.map(({ name, bytes }) => [name, bytes])).toEqual([
        ['data.json', 5_000_000],
        ['empty.json', 0],
      ]);
      await client.upload([{ path: join(bench.local, 'empty.json'), name: 'scrape.log' }], 'export/TEST');
      const got = await client.download(['tracker.json', 'other.json'], 'update/TEST', join(bench.local, 'got'));
      expect(got.missing).toEqual(['other.json']);
    });
    const folder = join(bench.home, 'export', 'TEST');
    expect((await readdir(folder)).sort()).toEqual(['data.json', 'empty.json', 'scrape.log']);
    expect((await readFile(join(folder, 'data.json'))).equals(contents)).toBe(true);
    expect(await readFile(join(bench.local, 'got', 'tracker.json'), 'utf8')).toBe('{}');
    expect(seen.at(-1)).toBe(contents.length);
    expect(seen.length).toBeGreaterThan(10);
  });

  const refusals: readonly (readonly [string, Partial<DropboxOptions>, string, string])[] = [
    ['the quota', { quota: { bytes: 1000 } }, 'export/TEST', 'remote-quota'],
    ['a project that is not its own', {}, 'export/OTHER', 'remote-permission'],
    ['a folder for reading', {}, 'update/TEST', 'remote-permission'],
    ['a folder that is not there', { projectsOf: () => ['TEST', 'NEW'] }, 'export/NEW', 'remote-folder'],
  ];
  it.each(protocols.flatMap((protocol) => refusals.map((refusal) => [protocol, ...refusal] as const)))(
    'over %s are told of %s',
    async (protocol, _, changes, folder, failure) => {
      const bench = await startBench(changes);
      await writeFile(join(bench.local, 'data.json'), Buffer.alloc(100_000));
      const files = [{ path: join(bench.local, 'data.json') }];
      const upload = using(optionsFor(bench, { protocol }), (client) => client.upload(files, folder));
      await expect(upload).rejects.toMatchObject({ failure });
    },
  );
});

describeWith([requirements.sshd, requirements.mount], 'SSH client and full disks', () => {
  it.each(protocols)('tells that the disk of the dropbox is full over %s', async (protocol) => {
    const bench = await startBench({}, smallDisk(2048));
    await writeFile(join(bench.local, 'data.json'), Buffer.alloc(4_000_000, 'x'));
    const files = [{ path: join(bench.local, 'data.json') }];
    const upload = using(optionsFor(bench, { protocol }), (client) => client.upload(files, 'export/TEST'));
    await expect(upload).rejects.toMatchObject({
      failure: 'remote-disk-full',
      message: expect.stringContaining('free'),
    });
    expect(await readdir(join(bench.home, 'export', 'TEST'))).toEqual([]);
  });

  it.each(protocols)('tells that the local disk is full over %s, and keeps the old file', async (protocol) => {
    const bench = await startBench();
    await writeFile(join(bench.home, 'update', 'TEST', 'tracker.json'), Buffer.alloc(4_000_000, 'x'));
    const disk = smallDisk(1024);
    await writeFile(join(disk, 'tracker.json'), 'old');
    const download = using(optionsFor(bench, { protocol }), (client) =>
      client.download(['tracker.json'], 'update/TEST', disk),
    );
    await expect(download).rejects.toMatchObject({ failure: 'local-disk-full' });
    expect(await readdir(disk)).toEqual(['tracker.json']);
    expect(await readFile(join(disk, 'tracker.json'), 'utf8')).toBe('old');
  });

  it.each(['sftp', 'scp'] as const)('tells that the disk of OpenSSH is full (%s)', async (kind) => {
    const disk = smallDisk(1024);
    const sshd = await startSshd(kind, join(disk, 'home'));
    onTestFinished(() => sshd.stop());
    const folder = temporaryFolder();
    const pair = await ensureKeyPair(join(folder, 'id'));
    await sshd.authorize(formatPublicKey(pair.publicKey));
    await writeFile(join(folder, 'data.json'), Buffer.alloc(4_000_000, 'x'));
    const options: ClientOptions = {
      host: '127.0.0.1',
      port: sshd.port,
      username: sshd.user,
      keyPath: pair.path,
      hostKeys: { file: join(folder, 'known_hosts'), unknown: 'pin' },
      log: silentLogger,
    };
    const upload = using(options, (client) => client.upload([{ path: join(folder, 'data.json') }], 'export/TEST'));
    await expect(upload).rejects.toMatchObject({ failure: 'remote-disk-full' });
    if (kind === 'sftp') {
      expect(await readdir(join(sshd.home, 'export', 'TEST'))).toEqual([]);
      expect(await readdir(join(sshd.home, 'export'))).toEqual(['TEST']);
    }
  });
});

describeWith([requirements.sshd], 'SSH client that cannot connect', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd('sftp');
  });
  afterAll(() => sshd.stop());

  async function prepare(changes: Partial<ClientOptions> = {}): Promise<ClientOptions> {
    const folder = temporaryFolder();
    const pair = await ensureKeyPair(join(folder, 'id'));
    await sshd.authorize(formatPublicKey(pair.publicKey));
    return {
      host: '127.0.0.1',
      port: sshd.port,
      username: sshd.user,
      keyPath: pair.path,
      hostKeys: { file: join(folder, '.ssh', 'known_hosts'), unknown: 'pin' },
      log: silentLogger,
      ...changes,
    };
  }

  async function listening(answer: (server: Server) => void): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    answer(server);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it('pins the host key on first use and finds it again', async () => {
    const options = await prepare();
    await using(options, async () => {});
    const pinned = await readFile(options.hostKeys.file, 'utf8');
    expect(pinned.split('\n').filter((line) => line !== '')).toHaveLength(1);
    await using({ ...options, hostKeys: { ...options.hostKeys, unknown: 'strict' } }, async () => {});
    expect(await readFile(options.hostKeys.file, 'utf8')).toBe(pinned);
  });

  it('asks for the key that is pinned where the server has several', async () => {
    const options = await prepare();
    const rsa = sshd.hostKeys.find((key) => key.startsWith('ssh-rsa')) ?? '';
    await pinHostKeys(options.hostKeys.file, '127.0.0.1', sshd.port, [rsa]);
    await using(options, async () => {});
  });

  it('sends nothing to a server with another key than the pinned one', async () => {
    const options = await prepare();
    const other = await generateKey('ed25519', '');
    await pinHostKeys(options.hostKeys.file, '127.0.0.1', sshd.port, [formatPublicKey(other.publicKey)]);
    await expect(connect(options)).rejects.toThrow(HostKeyChangedError);
    await expect(connect(options)).rejects.toThrow(/ssh-keygen -R .* gatherer generate-key/);
  });

  it('refuses unknown hosts where that is asked for', async () => {
    const options = await prepare();
    const strict = { ...options, hostKeys: { ...options.hostKeys, unknown: 'strict' as const } };
    await expect(connect(strict)).rejects.toMatchObject({ failure: 'host-key-unknown' });
  });

  it('says why it has no login', async () => {
    const options = await prepare();
    const other = await ensureKeyPair(join(temporaryFolder(), 'other'));
    await expect(connect({ ...options, keyPath: other.path })).rejects.toMatchObject({ failure: 'authentication' });
    await expect(connect({ ...options, keyPath: '/none' })).rejects.toMatchObject({ failure: 'key' });
    await expect(connect({ ...options, host: 'no-such-host.invalid' })).rejects.toMatchObject({ failure: 'dns' });
    await expect(connect({ ...options, port: 1 })).rejects.toMatchObject({ failure: 'refused' });
  });

  it('gives up on servers that are silent, hang up, or speak something else', async () => {
    const options = await prepare({ connectTimeout: 300 });
    const silent = await listening((server) => server.on('connection', (socket) => socket.on('error', () => {})));
    await expect(connect({ ...options, port: silent })).rejects.toMatchObject({ failure: 'timeout' });
    const cut = await listening((server) => server.on('connection', (socket) => socket.destroy()));
    await expect(connect({ ...options, port: cut })).rejects.toMatchObject({ failure: 'cut' });
    const html = await listening((server) =>
      server.on('connection', (socket) => socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${'<html>'.repeat(2000)}`)),
    );
    await expect(connect({ ...options, port: html })).rejects.toThrow(/no secure connection|cut/);
  });

  it('gives up a transfer in which nothing moves', async () => {
    const bench = await startBench({ projectsOf: () => new Promise(() => {}), limits: { grace: 100 } });
    await mkdir(join(bench.local, 'x'));
    const options = optionsFor(bench, { stallTimeout: 300 });
    const download = using(options, (client) => client.download(['a'], 'update/TEST', join(bench.local, 'x')));
    await expect(download).rejects.toMatchObject({ failure: 'timeout' });
  });
});
