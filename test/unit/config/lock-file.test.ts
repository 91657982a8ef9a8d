import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lock, LockedError, takeLock, waitForLock } from '../../../src/config/lock-file.js';
import { until } from '../../until.js';

const guarded = { what: 'the database', remedy: 'stop it first' };

describe('A lock file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatherer-lock-'));
    file = join(folder, 'file.lock');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is held by one, and free after its release', async () => {
    const lock = await take();
    await expect(take()).rejects.toThrow(LockedError);
    await expect(take()).rejects.toThrow(`${file}: the database is in use by process ${process.pid} on `);
    await expect(take()).rejects.toThrow('; stop it first');
    await lock.release();
    expect(existsSync(file)).toBe(false);
    await (await take()).release();
  });

  it('is waited for until it is free, or nobody wants it any more', async () => {
    const lock = await take();
    const reasons: string[] = [];
    const stop = new AbortController();
    const wait = (signal: AbortSignal) =>
      waitForLock(file, guarded, { signal, onWait: (reason) => reasons.push(reason) });
    const [waiting, stopped] = [wait(new AbortController().signal), wait(stop.signal)];
    const outcome = expect(stopped).rejects.toThrow('aborted');
    await until(
      () => reasons.length === 2,
      () => 'both wait',
    );
    stop.abort();
    await outcome;
    await lock.release();
    const later = await waiting;
    await expect(take()).rejects.toThrow(LockedError);
    await later.release();
    expect(reasons).toHaveLength(2);
  });

  it('goes to one of many that come together', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => take()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is taken over from a process that was killed, by one of many', async () => {
    await writeFile(file, JSON.stringify({ ...(await holder()), pid: await deadProcess() }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => take()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is taken over where the process id now belongs to another process', async () => {
    await writeFile(file, JSON.stringify({ ...(await holder()), started: '1' }));
    await (await take()).release();
  });

  it('is taken over where the file is not whole', async () => {
    await writeFile(file, '{"pid"');
    await (await take()).release();
  });

  it('of another host is respected while it shows life, and taken over after half a minute of silence', async () => {
    await writeFile(file, JSON.stringify({ ...(await holder()), space: 'elsewhere', host: 'elsewhere' }));
    await expect(take()).rejects.toThrow('on elsewhere');
    const silent = new Date(Date.now() - 31_000);
    await utimes(file, silent, silent);
    await (await take()).release();
  });

  function take(): Promise<Lock> {
    return takeLock(file, guarded);
  }

  /** What this process writes, with another token. */
  async function holder(): Promise<object> {
    const lock = await take();
    const text = await readFile(file, 'utf8');
    await lock.release();
    expect(text).toContain(readlinkSync('/proc/self/ns/pid'));
    return { ...Object(JSON.parse(text)), token: 'other' };
  }

  async function deadProcess(): Promise<number> {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    return child.pid ?? 0;
  }
});
