import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { expect, it, onTestFinished } from 'vitest';
import { ensureKeyPair } from '../../src/ssh/keys.js';
import { describeWith, requirements } from '../requirements.js';
import { type DropboxBench, run, startBench } from '../servers/dropbox.js';
import { smallDisk } from '../small-disk.js';
import { temporaryFolder } from '../temporary-folder.js';
import { until } from '../until.js';

const clients = [
  { name: 'scp (SFTP)', options: [] },
  { name: 'scp -O (legacy)', options: ['-O'] },
] as const;

const mebibyte = 1024 * 1024;

async function bigFile(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(bytes);
  await file.write(Buffer.from('the end'), 0, 7, bytes - 7);
  await file.close();
}

async function leftovers(bench: DropboxBench): Promise<readonly string[]> {
  return readdir(join(bench.home, '.incoming')).catch(() => []);
}

/** The most memory outside and inside of the heap that the process had meanwhile, beyond what it had before. */
async function memoryWhile(action: () => Promise<void>): Promise<number> {
  const used = () => {
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + Math.max(external, arrayBuffers);
  };
  const before = used();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, used());
  }, 10);
  await action();
  clearInterval(timer);
  return most - before;
}

describeWith([requirements.scp, requirements.sftp], 'limits of the dropbox', () => {
  it.each(clients)('stops $name at the quota', async ({ options }) => {
    const bench = await startBench({ quota: { bytes: 3_000_000, files: 5, fileBytes: 2_000_000 } });
    await bigFile(join(bench.local, 'large'), 2_000_001);
    await bigFile(join(bench.local, 'half'), 1_600_000);
    const send = (file: string, name: string) =>
      bench.scp(...options, join(bench.local, file), bench.remote(`export/TEST/${name}`));
    expect((await send('large', 'large')).stderr).toMatch(/quota|Failure/i);
    expect((await send('half', 'one')).code).toBe(0);
    const second = await send('half', 'two');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/quota|Failure/i);
    expect(await readdir(join(bench.home, 'export', 'TEST'))).toEqual(['one']);
    expect(await leftovers(bench)).toEqual([]);
    expect((await send('half', 'one')).code).toBe(1);
    await writeFile(join(bench.local, 'small'), 'x');
    const codes: number[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      codes.push((await send('small', name)).code);
    }
    expect(codes).toContain(1);
    expect(codes[0]).toBe(0);
  });

  it('counts what was taken and is not imported for the quota', async () => {
    const taken = temporaryFolder();
    await bigFile(join(taken, 'data.json'), 2_000_000);
    let folders = [taken];
    const bench = await startBench({
      quota: { bytes: 3_000_000, files: 5, fileBytes: 2_000_000 },
      takenFrom: async (agent) => (agent === 'TEST' ? folders : []),
    });
    await bigFile(join(bench.local, 'half'), 1_600_000);
    const send = () => bench.scp(join(bench.local, 'half'), bench.remote('export/TEST/half'));
    expect((await send()).code).toBe(1);
    folders = [];
    await until(
      async () => (await send()).code === 0,
      () => 'there is room again',
    );
  });

  it('takes 2,000 small files', async () => {
    const bench = await startBench();
    const source = join(bench.local, 'many');
    await mkdir(source);
    await writeFile(join(source, 'f0'), '{"a": 1}');
    for (let index = 1; index < 2_000; index += 1) {
      await copyFile(join(source, 'f0'), join(source, `f${index}`));
    }
    const grown = await memoryWhile(async () => {
      const { code, stderr } = await bench.scp('-O', '-q', '-r', source, bench.remote('export/TEST/'));
      expect(stderr).toBe('');
      expect(code).toBe(0);
    });
    expect(await readdir(join(bench.home, 'export', 'TEST', 'many'))).toHaveLength(2_000);
    // Some 9 MB, however many there are: what 10 KB of each would add is seen.
    expect(grown).toBeLessThan(29 * mebibyte);
    const { stdout } = await bench.sftp('ls -1 export/TEST/many\n');
    expect(stdout.split('\n').filter((line) => line.includes('/f'))).toHaveLength(2_000);
  }, 600_000);

  it.each(clients)(
    'takes and gives 200 MB with little memory ($name)',
    async ({ options }) => {
      const bench = await startBench();
      const source = join(bench.local, 'big');
      await bigFile(source, 200 * mebibyte);
      const grown = await memoryWhile(async () => {
        const sent = await bench.scp(...options, source, bench.remote('export/TEST/'));
        expect(sent).toEqual({ code: 0, stdout: '', stderr: '' });
        const fetched = await bench.scp(...options, bench.remote('export/TEST/big'), join(bench.local, 'back'));
        expect(fetched.code).toBe(0);
      });
      expect(grown).toBeLessThan(100 * mebibyte);
      const back = await open(join(bench.local, 'back'));
      const { buffer } = await back.read(Buffer.alloc(7), 0, 7, 200 * mebibyte - 7);
      await back.close();
      expect(buffer.toString()).toBe('the end');
    },
    120_000,
  );

  it('does not read faster than it can write', async () => {
    let release = () => {};
    const slow = new Promise<readonly string[]>((resolve) => {
      release = () => resolve(['TEST']);
    });
    const bench = await startBench({ projectsOf: () => slow });
    const client = new ssh2.Client();
    onTestFinished(() => void client.destroy());
    const ready = once(client, 'ready');
    const privateKey = await readFile(bench.keyPath);
    client.connect({ host: '127.0.0.1', port: bench.dropbox.port, username: 'agent-TEST', privateKey });
    await ready;
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
      client.exec('scp -t ~/export/TEST/', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    const chunk = Buffer.alloc(mebibyte);
    let sent = 0;
    const pump = () => {
      for (let more = true; more && sent < 30; sent += 1) {
        more = channel.write(chunk);
      }
    };
    channel.on('drain', pump);
    channel.write(`C0644 ${30 * mebibyte} slow\n`);
    pump();
    await sleep(1000);
    expect(sent).toBeLessThan(10);
    release();
    await until(
      () => sent === 30,
      () => 'all is sent',
    );
  });

  it.each(clients)('drops what $name did not finish', async ({ options }) => {
    const bench = await startBench();
    await bigFile(join(bench.local, 'big'), 300 * mebibyte);
    await writeFile(join(bench.home, 'export', 'TEST', 'big'), 'old');
    const args = [...bench.common, ...options, '-P', String(bench.dropbox.port)];
    const scp = spawn('scp', [...args, join(bench.local, 'big'), bench.remote('export/TEST/')], {
      stdio: 'ignore',
      detached: true,
    });
    await until(
      async () => {
        const [name] = await leftovers(bench);
        return name !== undefined && (await stat(join(bench.home, '.incoming', name))).size > mebibyte;
      },
      () => 'a part arrived',
    );
    process.kill(-(scp.pid ?? 0), 'SIGKILL');
    await until(
      async () => (await leftovers(bench)).length === 0,
      () => 'the part is dropped',
    );
    expect(await readFile(join(bench.home, 'export', 'TEST', 'big'), 'utf8')).toBe('old');
  });

  it('lets a transfer end when it is stopped, and takes no more', async () => {
    const bench = await startBench({ limits: { grace: 20_000 } });
    await bigFile(join(bench.local, 'big'), 100 * mebibyte);
    const sending = bench.scp('-O', join(bench.local, 'big'), bench.remote('export/TEST/'));
    await until(
      async () => (await leftovers(bench)).length === 1,
      () => 'the transfer is under way',
    );
    const closing = bench.dropbox.close();
    expect((await sending).code).toBe(0);
    await closing;
    expect((await stat(join(bench.home, 'export', 'TEST', 'big'))).size).toBe(100 * mebibyte);
    expect((await bench.scp(join(bench.local, 'big'), bench.remote('export/TEST/'))).stderr).toMatch(/refused/);
  });

  it('closes connections that do not log in, are idle, or too many', async () => {
    const bench = await startBench({ limits: { handshake: 2000, idle: 400, connectionsPerAddress: 2 } });
    const { port } = bench.dropbox;
    const silent = connect(port, '127.0.0.1');
    silent.resume();
    const second = connect(port, '127.0.0.1');
    await once(second, 'connect');
    const third = connect(port, '127.0.0.1');
    third.on('error', () => {});
    await once(third, 'close');
    expect(silent.closed).toBe(false);
    await Promise.all([once(silent, 'close'), once(second.resume(), 'close')]);
    const idle = await bench.ssh('-N', 'agent-TEST@127.0.0.1');
    expect(idle.code).toBe(255);
  });

  it('shuts out an address that fails to log in', async () => {
    const bench = await startBench({ limits: { failures: 3, failureWindow: 60_000 } });
    const other = await ensureKeyPair(join(bench.local, 'other'));
    const common = bench.common.map((option) => (option === bench.keyPath ? other.path : option));
    const args = ['-p', String(bench.dropbox.port), 'agent-TEST@127.0.0.1', 'scp -f x'];
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      outcomes.push((await run('ssh', [...common, ...args])).stderr);
    }
    expect(outcomes[0]).toContain('Permission denied');
    expect(outcomes[3]).not.toContain('Permission denied');
    expect((await bench.ssh('agent-TEST@127.0.0.1', 'scp -f x')).stderr).toMatch(/closed|reset/i);
  });

  it('ends a connection after some keys that are refused', async () => {
    const bench = await startBench({ limits: { attempts: 2 } });
    const keys: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      keys.push('-i', (await ensureKeyPair(join(bench.local, name))).path);
    }
    const others = bench.common.filter((option) => option !== '-i' && option !== bench.keyPath);
    const args = ['-p', String(bench.dropbox.port), 'agent-TEST@127.0.0.1', 'scp -f x'];
    const { code, stderr } = await run('ssh', [...others, ...keys, ...args]);
    expect(code).toBe(255);
    expect(stderr).not.toContain('Permission denied');
  });

  it('ends connections of clients that disregard the protocol', async () => {
    const bench = await startBench();
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', `SSH-2.0-x\r\n${'\0'.repeat(70_000)}`, 'x'.repeat(100_000)]) {
      const socket = connect(bench.dropbox.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close');
    }
    expect((await bench.sftp('pwd\n')).code).toBe(0);
  });

  it('talks with modern algorithms only, unless outdated ones are allowed', async () => {
    const outdated = [
      '-o',
      'KexAlgorithms=diffie-hellman-group14-sha1',
      '-o',
      'MACs=hmac-sha1',
      '-o',
      'Ciphers=aes128-cbc',
    ];
    const command = ['agent-TEST@127.0.0.1', 'scp -f x'];
    const strict = await startBench();
    expect((await strict.ssh(...outdated, ...command)).stderr).toContain('no matching key exchange method');
    const loose = await startBench({ legacyAlgorithms: true });
    expect((await loose.ssh(...outdated, ...command)).code).toBe(1);
  });

  it('accepts RSA keys with SHA-2, and with SHA-1 only where that is allowed', async () => {
    const rsa = { type: 'rsa', bits: 2048 } as const;
    for (const legacyAlgorithms of [false, true]) {
      const bench = await startBench({
        legacyAlgorithms,
        findPublicKey: async () => readFile(join(bench.local, 'rsa.pub'), 'utf8'),
      });
      const { path } = await ensureKeyPair(join(bench.local, 'rsa'), rsa);
      const common = bench.common.map((option) => (option === bench.keyPath ? path : option));
      const login = async (algorithm: string) => {
        const accepted = ['-o', `PubkeyAcceptedAlgorithms=${algorithm}`, '-p', String(bench.dropbox.port)];
        return (await run('ssh', [...common, ...accepted, 'agent-TEST@127.0.0.1', 'scp -f x'], '\0')).stdout;
      };
      expect(await login('rsa-sha2-256')).toContain('No such file');
      expect((await login('ssh-rsa')).includes('No such file')).toBe(legacyAlgorithms);
    }
  });
});

describeWith([requirements.scp, requirements.mount], 'dropbox on a disk that is full', () => {
  it.each(clients)('tells $name and keeps nothing of the file', async ({ options }) => {
    const disk = smallDisk(2048);
    const bench = await startBench({}, disk);
    await bigFile(join(bench.local, 'big'), 4 * mebibyte);
    await writeFile(join(bench.local, 'big'), Buffer.alloc(4 * mebibyte, 'x'));
    const { code, stderr } = await bench.scp(...options, join(bench.local, 'big'), bench.remote('export/TEST/'));
    expect(code).toBe(1);
    expect(stderr).toMatch(options.length > 0 ? /No space left on device/ : /Failure|No space/);
    expect(await readdir(join(bench.home, 'export', 'TEST'))).toEqual([]);
    expect(await leftovers(bench)).toEqual([]);
    await writeFile(join(bench.local, 'big'), 'small');
    expect((await bench.scp(...options, join(bench.local, 'big'), bench.remote('export/TEST/'))).code).toBe(0);
  });
});
