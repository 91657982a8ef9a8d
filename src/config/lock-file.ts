import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const HEARTBEAT_MILLISECONDS = 5_000;
/** A holder that we cannot look at (other host or container) is taken for dead after this long without a heartbeat. */
const SILENCE_MILLISECONDS = 30_000;
const TAKEOVER_MILLISECONDS = 10_000;
const PAUSE_MILLISECONDS = 500;

const Holder = z.object({
  token: z.string(),
  pid: z.int().positive(),
  /** Start of the process in clock ticks since boot; tells it from a later process with the same id. */
  started: z.string(),
  /** Where the pid means something: boot and pid namespace, or the host name where there is no /proc. */
  space: z.string(),
  host: z.string(),
});
type Holder = z.infer<typeof Holder>;

/** Another has what a lock file guards. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

export interface Lock {
  release(): Promise<void>;
}

/** What a lock file guards, for messages. */
export interface Guarded {
  /** As in `the database is in use by process 12`. */
  readonly what: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

/**
 * Takes a lock file, so that one has what it guards. The lock of a killed process is taken over at once where its
 * process can be seen to be gone, else when it gave no sign of life for 30 seconds.
 * @throws LockedError naming the file, the process that holds it and the remedy
 */
export async function takeLock(file: string, guarded: Guarded): Promise<Lock> {
  const own = describeSelf();
  while (!(await tryCreate(file, own))) {
    await takeOverWhereStale(file, guarded);
  }
  return keep(file, own);
}

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Told once why it waits. */
  readonly onWait: (reason: string) => void;
}

/** Takes a lock file as soon as nobody has it. @throws the reason of the signal where that is aborted meanwhile */
export async function waitForLock(file: string, guarded: Guarded, { signal, onWait }: WaitOptions): Promise<Lock> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await takeLock(file, guarded);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (tries === 0) onWait(error.message);
      await sleep(PAUSE_MILLISECONDS, undefined, { signal });
    }
  }
}

function describeSelf(): Holder {
  return {
    token: randomUUID(),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    space: space(),
    host: hostname(),
  };
}

function space(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Field 22 of /proc/PID/stat, counted from behind the command name, which may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

async function tryCreate(file: string, own: Holder): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(JSON.stringify(own));
    await handle.sync();
    await handle.close();
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) {
      return false;
    }
    throw error;
  }
}

async function takeOverWhereStale(file: string, guarded: Guarded): Promise<void> {
  const holder = await readHolder(file);
  if (!(await isStale(file, holder))) {
    throw new LockedError(describe(file, holder, guarded));
  }
  const guard = `${file}.takeover`;
  if (!(await tryGuard(guard))) {
    await sleep(100);
    return;
  }
  try {
    const now = await readHolder(file);
    if (now?.token === holder?.token) {
      await rm(file, { force: true });
    }
  } finally {
    await rm(guard, { force: true });
  }
}

async function tryGuard(guard: string): Promise<boolean> {
  try {
    await writeFile(guard, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) {
      throw error;
    }
  }
  if ((await age(guard)) > TAKEOVER_MILLISECONDS) {
    await rm(guard, { force: true });
  }
  return false;
}

/** Undefined where the file is gone, or is not whole: its writer may be about to write it, or died before. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function isStale(file: string, holder: Holder | undefined): Promise<boolean> {
  if (holder === undefined) {
    await sleep(200);
    return (await readHolder(file)) === undefined;
  }
  if (holder.space === space()) {
    return !isAlive(holder);
  }
  const before = await age(file);
  if (before <= 2 * HEARTBEAT_MILLISECONDS) {
    return false;
  }
  await sleep(Math.max(0, SILENCE_MILLISECONDS - before));
  return (await age(file)) > SILENCE_MILLISECONDS;
}

function isAlive(holder: Holder): boolean {
  const started = startOf(holder.pid);
  if (started !== undefined && holder.started !== '') {
    return started === holder.started;
  }
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

async function age(file: string): Promise<number> {
  try {
    return Date.now() - (await stat(file)).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function describe(file: string, holder: Holder | undefined, { what, remedy }: Guarded): string {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return `${file}: ${what} is in use by ${who}; ${remedy}`;
}

function keep(file: string, own: Holder): Lock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MILLISECONDS);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      if ((await readHolder(file))?.token === own.token) {
        await rename(file, `${file}.${own.token}`);
        await rm(`${file}.${own.token}`, { force: true });
      }
    },
  };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
