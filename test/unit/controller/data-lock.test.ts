import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockedError, takeDataLock } from '../../../src/controller/store/data-lock.js';

describe('the lock of the data folder', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatherer-lock-'));
    file = join(folder, 'database.lock');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is held by one, and free after its release', async () => {
    const lock = await takeDataLock(file);
    await expect(takeDataLock(file)).rejects.toThrow(LockedError);
    await expect(takeDataLock(file)).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
    expect(existsSync(file)).toBe(false);
    await (await takeDataLock(file)).release();
  });

  it('goes to one of many that come together', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeDataLock(file)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is taken over from a process that was killed, by one of many', async () => {
    await writeFile(file, JSON.stringify({ ...(await holder()), pid: await deadProcess() }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeDataLock(file)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is taken over where the process id now belongs to another process', async () => {
    await writeFile(file, JSON.stringify({ ...(await holder()), started: '1' }));
    await (await takeDataLock(file)).release();
  });

  it('is taken over where the file is not whole', async () => {
    await writeFile(file, '{"pid"');
    await (await takeDataLock(file)).release();
  });

  it('of another host is respected while it shows life, and taken over after half a minute of silence', async () => {
    await writeFile(file, JSON.stringify({ ...(await holder()), space: 'elsewhere', host: 'elsewhere' }));
    await expect(takeDataLock(file)).rejects.toThrow('on elsewhere');
    const silent = new Date(Date.now() - 31_000);
    await utimes(file, silent, silent);
    await (await takeDataLock(file)).release();
  });

  /** What this process writes, with another token. */
  async function holder(): Promise<object> {
    const lock = await takeDataLock(file);
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
