import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { expect, it, onTestFinished } from 'vitest';
import { ensureKeyPair } from '../../src/ssh/keys.js';
import { describeWith, requirements } from '../requirements.js';
import { type DropboxBench, run, startBench } from '../servers/dropbox.js';
import { until } from '../until.js';

const secret = 'only for the controller';

async function login(bench: DropboxBench): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  onTestFinished(() => void client.destroy());
  const privateKey = await readFile(bench.keyPath);
  const ready = once(client, 'ready');
  client.connect({ host: '127.0.0.1', port: bench.dropbox.port, username: 'agent-TEST', privateKey });
  await ready;
  client.setNoDelay(true);
  return client;
}

async function sftpOf(client: ssh2.Client): Promise<ssh2.SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
  });
}

/** Code of the status that a request of SFTP ends with, 0 where it succeeds. */
async function outcome(request: (done: (error?: Error | null) => void) => void): Promise<number> {
  return new Promise((resolve) => {
    request((error) => resolve(error && 'code' in error ? Number(error.code) : error ? -1 : 0));
  });
}

async function plant(bench: DropboxBench): Promise<void> {
  const other = join(bench.dataFolder, 'agents', 'OTHER', 'export', 'OTHER');
  await mkdir(other, { recursive: true });
  await writeFile(join(other, 'secret'), secret);
  await writeFile(join(bench.dataFolder, 'secret'), secret);
  await symlink(join(bench.dataFolder, 'secret'), join(bench.home, 'export', 'TEST', 'file'));
  await symlink(bench.dataFolder, join(bench.home, 'export', 'TEST', 'dir'));
  await symlink('/etc', join(bench.home, 'update', 'TEST', 'etc'));
}

const ways = [
  '../secret',
  '../../secret',
  '~/../../secret',
  '/../../secret',
  'export/TEST/../../../../secret',
  'export/../../OTHER/export/OTHER/secret',
  'export/OTHER/secret',
  'export/TEST/file',
  'export/TEST/dir/secret',
  'update/TEST/etc/passwd',
  '/etc/passwd',
  '~OTHER/secret',
  '.incoming',
  `export/TEST/${'x'.repeat(256)}`,
  `${'x/'.repeat(2100)}x`,
  'export/TEST/a\0b',
];

describeWith([requirements.scp, requirements.sftp], 'an agent that wants out of its folder', () => {
  it('gets nowhere with SFTP requests', async () => {
    const bench = await startBench();
    await plant(bench);
    await writeFile(join(bench.home, 'export', 'TEST', 'mine'), 'mine');
    const sftp = await sftpOf(await login(bench));
    for (const path of ways) {
      const codes = [
        await outcome((done) => sftp.open(path, 'r', done)),
        await outcome((done) => sftp.stat(path, done)),
        await outcome((done) => sftp.lstat(path, done)),
        await outcome((done) => sftp.opendir(path, done)),
        await outcome((done) => sftp.setstat(path, { mode: 0o777 }, done)),
        await outcome((done) => sftp.rename('export/TEST/mine', `${path}/x`, done)),
        await outcome((done) => sftp.mkdir(`${path}/x`, done)),
        await outcome((done) => sftp.symlink('/etc', path, done)),
        await outcome((done) => sftp.readlink(path, done)),
        await outcome((done) => sftp.open(`${path}/new`, 'w', done)),
      ];
      expect(codes, path).not.toContain(0);
    }
    expect(await outcome((done) => sftp.symlink('/etc', 'export/TEST/link', done))).toBe(8);
    expect(await outcome((done) => sftp.open('update/TEST/new', 'w', done))).toBe(3);
    expect(await outcome((done) => sftp.open('export/new', 'w', done))).toBe(3);
    expect(await outcome((done) => sftp.rmdir('export/TEST', done))).toBe(3);
    expect(await readFile(join(bench.home, 'export', 'TEST', 'mine'), 'utf8')).toBe('mine');
    expect(await readFile(join(bench.dataFolder, 'secret'), 'utf8')).toBe(secret);
  });

  it('gets nowhere with scp, in either direction', async () => {
    const bench = await startBench();
    await plant(bench);
    await writeFile(join(bench.local, 'evil'), 'evil');
    for (const path of ways.filter((way) => !way.includes('\0'))) {
      for (const options of [['-O'], []]) {
        const fetched = await bench.scp(...options, '-T', bench.remote(path), join(bench.local, 'fetched'));
        expect(fetched.code, path).not.toBe(0);
        if (path !== 'export/TEST/file' && !path.endsWith('x'.repeat(256))) {
          await bench.scp(...options, join(bench.local, 'evil'), bench.remote(path));
        }
      }
    }
    expect(await readdir(bench.local)).not.toContain('fetched');
    expect(await readFile(join(bench.dataFolder, 'secret'), 'utf8')).toBe(secret);
    expect((await readdir(bench.dataFolder)).sort()).toEqual(['agents', 'secret', 'ssh']);
    expect((await readdir(join(bench.home, 'export', 'TEST'))).sort()).toEqual(['dir', 'file']);
  }, 120_000);

  it('gets no shell, no command, no terminal', async () => {
    const bench = await startBench();
    const target = 'agent-TEST@127.0.0.1';
    expect((await bench.ssh('-tt', target)).code).not.toBe(0);
    expect((await bench.ssh(target)).stdout).toBe('');
    for (const command of ['id', 'scp -t ~/export/TEST/;id', 'scp -f $(id)', 'bash', '/usr/lib/openssh/sftp-server']) {
      const { code, stdout, stderr } = await bench.ssh(target, command);
      expect(code, command).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/is not allowed/);
    }
    expect((await bench.ssh('-s', target, 'netconf')).code).not.toBe(0);
  });

  it('forwards nothing', async () => {
    const bench = await startBench();
    const service = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1');
    onTestFinished(() => void service.close());
    await once(service, 'listening');
    const address = service.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const target = 'agent-TEST@127.0.0.1';
    const through = await bench.ssh('-W', `127.0.0.1:${port}`, target);
    expect(through.stdout).toBe('');
    expect(through.stderr).toMatch(/administratively prohibited|open failed/);
    const back = await bench.ssh('-N', '-o', 'ExitOnForwardFailure=yes', '-R', `0:127.0.0.1:${port}`, target);
    expect(back.code).toBe(255);
    expect(back.stderr).toMatch(/remote port forwarding failed/);
    const socketBack = ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', `${bench.local}/s:127.0.0.1:${port}`];
    expect((await bench.ssh(...socketBack, target)).code).toBe(255);
    const client = await login(bench);
    expect(await outcome((done) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', port, done))).not.toBe(0);
    const local = await outcome((done) => client.openssh_forwardOutStreamLocal('/run/docker.sock', done));
    expect(local).not.toBe(0);
    expect(await outcome((done) => client.forwardIn('127.0.0.1', 0, done))).not.toBe(0);
  });

  it.each(['-L', '-D'])('forwards nothing with ssh %s', async (option) => {
    const bench = await startBench();
    const service = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1');
    onTestFinished(() => void service.close());
    await once(service, 'listening');
    const address = service.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const listening = createServer().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const free = listening.address();
    const entry = typeof free === 'object' && free !== null ? free.port : 0;
    listening.close();
    const forward = option === '-L' ? `127.0.0.1:${entry}:127.0.0.1:${port}` : `127.0.0.1:${entry}`;
    const args = [...bench.common, '-p', String(bench.dropbox.port), '-N', option, forward, 'agent-TEST@127.0.0.1'];
    const ssh = spawn('ssh', args, { stdio: 'ignore' });
    onTestFinished(() => void ssh.kill());
    const socket = await reach(entry);
    if (option === '-D') {
      socket.write(Buffer.from([5, 1, 0]));
      socket.write(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255]));
    }
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    await once(socket, 'close');
    expect(answer).not.toContain('reached');
  });

  it('logs in with its own key only', async () => {
    const bench = await startBench({ limits: { failures: 100 } });
    const other = await ensureKeyPair(join(bench.local, 'other'));
    const rsa = await ensureKeyPair(join(bench.local, 'rsa'), { type: 'rsa', bits: 2048 });
    const attempt = (key: string, user: string) => {
      const common = bench.common.map((option) => (option === bench.keyPath ? key : option));
      return run('ssh', [...common, '-p', String(bench.dropbox.port), `${user}@127.0.0.1`, 'scp -f x'], '\0');
    };
    for (const key of [other.path, rsa.path]) {
      expect((await attempt(key, 'agent-TEST')).stderr).toContain('Permission denied (publickey)');
    }
    for (const user of [
      'root',
      'agent-OTHER',
      'agent-test',
      'agent-',
      'agent-TEST/',
      'agent-../TEST',
      'agent-É',
      'TEST',
    ]) {
      expect((await attempt(bench.keyPath, user)).stderr, user).toContain('Permission denied (publickey)');
    }
    expect((await attempt(bench.keyPath, 'agent-TEST')).stdout).toContain('No such file');
  });
});

/** Connects as soon as ssh listens. */
async function reach(port: number): Promise<Socket> {
  let socket = connect(port, '127.0.0.1');
  const connected = async (): Promise<boolean> => {
    if (socket.destroyed) socket = connect(port, '127.0.0.1');
    return once(socket, 'connect').then(
      () => true,
      () => false,
    );
  };
  await until(connected, () => 'ssh listens');
  return socket.on('error', () => {});
}
