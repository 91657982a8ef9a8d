import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../config/environment.js';
import type { Logger } from '../log/logger.js';
import type { Location } from './location.js';
import { shellQuote } from './shell-quote.js';

/** Milliseconds that a login may take, and between two looks whether it is done. */
const patience = 60_000;
const pause = 20;

/** The path of a socket holds 104 bytes on some systems, and ssh adds 17 until it is bound. */
const longestFolder = 104 - 17 - '/0123456789abcdef'.length - 1;

/** Who must not be mixed up in the name of a socket, and what ssh itself would read otherwise. */
const plainPath = /^[\w./-]+$/;

/**
 * Keeps ssh connected until the shell is told to end it, or whoever started it is gone: then the pipe closes. In the
 * background, a shell gives its commands no standard input of their own.
 */
const keepConnected = (ssh: string): string =>
  `exec 3<&0; ${ssh} </dev/null 3<&- & ssh=$!; { cat <&3 >/dev/null; kill $ssh; } 2>/dev/null & exec 3<&-; wait $ssh`;

/** Connections of ssh, each shared by the repositories of one host and login while a run lasts. */
export class SharedSsh {
  #folder: Promise<string | undefined> | undefined;
  readonly #sockets = new Map<string, Promise<string | undefined>>();
  readonly #processes: ChildProcess[] = [];

  constructor(private readonly scope: { readonly environment: Environment; readonly signal: AbortSignal }) {}

  /**
   * The socket of a connection to a host, which is opened where there is none yet.
   *
   * @param command that reaches the host, for a shell
   * @returns undefined where there can be none: each program then connects by itself, and says what fails
   */
  async socketTo(location: Location, command: string, log: Logger): Promise<string | undefined> {
    const { hostname, port, username } = location;
    const name = createHash('sha256')
      .update(JSON.stringify([hostname, port, username, command]))
      .digest('hex');
    const known = this.#sockets.get(name);
    if (known !== undefined) return known;
    const socket = this.#open(location, command, name.slice(0, 16)).then((opened) => {
      if (opened === undefined) log.warn(`[${location.section}] share_ssh: no connection could be shared`);
      return opened;
    });
    this.#sockets.set(name, socket);
    return socket;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#sockets.values());
    await Promise.all(this.#processes.map(end));
    const folder = await this.#folder;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  async #open(location: Location, command: string, name: string): Promise<string | undefined> {
    this.#folder ??= makeFolder();
    const folder = await this.#folder;
    if (folder === undefined) return undefined;
    const socket = path.join(folder, name);
    const words = ['-M', '-N', '-o', `ControlPath=${socket}`, '-o', 'ControlPersist=no', ...destination(location)];
    const process = this.#start(keepConnected([command, ...words.map(shellQuote)].join(' ')));
    const deadline = Date.now() + patience;
    while (!existsSync(socket)) {
      if (hasEnded(process) || this.scope.signal.aborted || Date.now() > deadline) return undefined;
      await sleep(pause);
    }
    return socket;
  }

  #start(script: string): ChildProcess {
    const { environment } = this.scope;
    const process = spawn('/bin/sh', ['-c', script], {
      env: { ...environment, SSH_ASKPASS: undefined },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    process.on('error', () => undefined);
    process.stdin?.on('error', () => undefined);
    this.#processes.push(process);
    return process;
  }
}

/** A folder for sockets that no one else can enter; undefined where its path would be too long for ssh. */
async function makeFolder(): Promise<string | undefined> {
  const parents = [tmpdir(), '/tmp'].filter(
    (parent) => plainPath.test(parent) && path.join(parent, 'gatherer-ssh-123456').length <= longestFolder,
  );
  const [parent] = parents;
  return parent === undefined ? undefined : mkdtemp(path.join(parent, 'gatherer-ssh-')).catch(() => undefined);
}

function destination({ hostname, port, username }: Location): readonly string[] {
  return [
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(username === undefined ? [] : ['-l', username]),
    '--',
    hostname,
  ];
}

async function end(process: ChildProcess): Promise<void> {
  process.stdin?.destroy();
  if (!hasEnded(process)) await once(process, 'exit');
}

function hasEnded({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}
