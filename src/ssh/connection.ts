import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import type { Logger } from '../log/logger.js';
import { type AlgorithmChoice, legacyAlgorithms, modernAlgorithms, preferHostKeyTypes } from './algorithms.js';
import { unlessAborted } from './byte-stream.js';
import { messageOf, SshError, systemCode } from './errors.js';
import { hostName, type PinnedHostKeys, pinHostKeys, readPinnedHostKeys } from './known-hosts.js';
import { derivePublicKey } from './private-key.js';
import { checkKeyBlob, fingerprint, formatPublicKey } from './public-key.js';

export interface HostKeyPolicy {
  /** known_hosts file in OpenSSH format. */
  readonly file: string;
  /** Whether a host that is not in the file is pinned there (`pin`) or refused (`strict`). */
  readonly unknown: 'pin' | 'strict';
}

export interface ConnectOptions {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  readonly username: string;
  /** Path of the private key. */
  readonly keyPath: string;
  readonly hostKeys: HostKeyPolicy;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  /** Milliseconds until the login must be done, default 30 000. */
  readonly connectTimeout?: number;
  /** Milliseconds between signs of life that are asked from the server, three of which may stay out; default 15 000. */
  readonly keepAlive?: number;
  /** Also offers SHA-1 and CBC, for servers from before 2017; default false. */
  readonly legacyAlgorithms?: boolean;
}

const explanations: ReadonlyMap<string, { readonly failure: SshError['failure']; readonly text: string }> = new Map([
  ['ECONNREFUSED', { failure: 'refused', text: 'the connection was refused: is the SSH server running on that port?' }],
  ['ENOTFOUND', { failure: 'dns', text: 'the name of the host is not known: check ssh.host and the name server' }],
  ['EAI_AGAIN', { failure: 'dns', text: 'the name server does not answer' }],
  ['EHOSTUNREACH', { failure: 'unreachable', text: 'the host cannot be reached from this network' }],
  ['ENETUNREACH', { failure: 'unreachable', text: 'the network of the host cannot be reached' }],
  ['ETIMEDOUT', { failure: 'timeout', text: 'the connection timed out' }],
]);

function levelOf(error: Error): string {
  return 'level' in error && typeof error.level === 'string' ? error.level : '';
}

function explain(error: Error, options: ConnectOptions): SshError {
  const where = `${options.username}@${hostName(options.host, options.port ?? 22)}`;
  const known = explanations.get(systemCode(error) ?? '');
  if (known !== undefined) {
    return new SshError(known.failure, `${where}: ${known.text}`, { cause: error });
  }
  switch (levelOf(error)) {
    case 'client-authentication':
      return new SshError(
        'authentication',
        `${where}: the server does not accept the key ${options.keyPath}: register it with gatherer generate-key`,
        { cause: error },
      );
    case 'client-timeout':
      return new SshError('timeout', `${where}: the server does not answer in time`, { cause: error });
    case 'protocol':
    case 'handshake':
      if (/connection lost/i.test(error.message)) {
        return new SshError(
          'cut',
          `${where}: the server hung up before the login: it may refuse this address for now`,
          {
            cause: error,
          },
        );
      }
      return new SshError('protocol', `${where}: no secure connection could be agreed on: ${error.message}`, {
        cause: error,
      });
    default:
      return new SshError('cut', `${where}: the connection was cut: ${error.message}`, { cause: error });
  }
}

async function readPrivateKey(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    derivePublicKey(text, path);
    return text;
  } catch (error) {
    if (error instanceof SshError) {
      throw error;
    }
    const advice =
      systemCode(error) === 'ENOENT' ? 'does not exist: make it with gatherer generate-key' : messageOf(error);
    throw new SshError('key', `the private key ${path} ${advice}`, { cause: error });
  }
}

function usableType(blob: Buffer): string | undefined {
  try {
    return checkKeyBlob(blob);
  } catch {
    return undefined;
  }
}

/** Compares the key of the server with what is pinned; remembers why it was refused and what is to be pinned. */
class HostKeyCheck {
  refusal: SshError | undefined;
  toPin: string | undefined;

  constructor(
    private readonly pinned: PinnedHostKeys,
    private readonly options: ConnectOptions,
  ) {}

  accepts(blob: Buffer): boolean {
    const verdict = this.pinned.verdict(blob);
    if (verdict === 'changed' || verdict === 'revoked') {
      this.refusal = this.pinned.changed(blob);
      return false;
    }
    return verdict === 'known' || this.#acceptsUnknown(blob);
  }

  #acceptsUnknown(blob: Buffer): boolean {
    const { host, port = 22, hostKeys, log } = this.options;
    const name = hostName(host, port);
    const type = usableType(blob);
    if (type === undefined) {
      this.refusal = new SshError('protocol', `the SSH host key of ${name} is of an outdated type or too short`);
      return false;
    }
    if (hostKeys.unknown === 'strict') {
      this.refusal = new SshError(
        'host-key-unknown',
        `the SSH host key of ${name} (${fingerprint(blob)}) is not in ${hostKeys.file}: run gatherer generate-key`,
      );
      return false;
    }
    log.warn({ host: name, fingerprint: fingerprint(blob), file: hostKeys.file }, 'SSH host key pinned on first use');
    this.toPin = formatPublicKey({ type, blob, comment: '' });
    return true;
  }
}

function algorithmsFor(options: ConnectOptions, types: readonly string[]): AlgorithmChoice {
  if (options.legacyAlgorithms !== true) {
    return preferHostKeyTypes(modernAlgorithms(), types);
  }
  options.log.warn(
    { host: options.host },
    'outdated SSH algorithms are allowed: an attacker on the network may break them',
  );
  return preferHostKeyTypes(legacyAlgorithms(), types);
}

/** A login at an SSH server. Everything that runs over it fails at once, with the reason, when it is lost. */
export class SshConnection {
  readonly #lost = new AbortController();

  constructor(
    private readonly client: Client,
    readonly options: ConnectOptions,
  ) {
    // One listener for each request under way.
    setMaxListeners(100, this.#lost.signal);
    client.on('error', (error: Error) => this.#lost.abort(explain(error, options)));
    client.on('close', () => this.#lost.abort(explain(new Error('the server closed it'), options)));
    const abort = () => {
      this.#lost.abort(new SshError('aborted', 'stopped on request'));
      client.destroy();
    };
    options.signal?.addEventListener('abort', abort, { once: true });
    client.on('close', () => options.signal?.removeEventListener('abort', abort));
  }

  /** Aborted, with an SshError as its reason, when the connection is gone. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async exec(command: string): Promise<ClientChannel> {
    const opened = new Promise<ClientChannel>((resolve, reject) => {
      this.client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
    });
    return unlessAborted(this.lost, opened);
  }

  /** @returns undefined where the server has no SFTP for this user */
  async sftp(): Promise<SFTPWrapper | undefined> {
    const opened = new Promise<SFTPWrapper | undefined>((resolve) => {
      this.client.sftp((error, sftp) => resolve(error ? undefined : sftp));
    });
    const sftp = await unlessAborted(this.lost, opened);
    sftp?.on('error', (error: Error) => this.#lost.abort(explain(error, this.options)));
    return sftp;
  }

  /** Gives the connection up where nothing moves for that many milliseconds. @returns call it whenever something did */
  watchProgress(milliseconds: number): { readonly moved: () => void; readonly stop: () => void } {
    const timer = setTimeout(() => {
      const { host, port = 22 } = this.options;
      const seconds = Math.round(milliseconds / 1000);
      this.#lost.abort(
        new SshError('timeout', `${hostName(host, port)}: nothing moved for ${seconds} s; try again later`),
      );
      this.client.destroy();
    }, milliseconds);
    return { moved: () => timer.refresh(), stop: () => clearTimeout(timer) };
  }

  async close(): Promise<void> {
    if (!this.lost.aborted) {
      const closed = new Promise<void>((resolve) => this.client.once('close', () => resolve()));
      this.client.end();
      const timer = setTimeout(() => this.client.destroy(), 2000);
      await closed;
      clearTimeout(timer);
    }
  }
}

/**
 * Logs in with a key at a server whose host key is checked.
 *
 * @throws SshError, HostKeyChangedError
 */
export async function openConnection(options: ConnectOptions): Promise<SshConnection> {
  options.signal?.throwIfAborted();
  const { host, port = 22, username, hostKeys } = options;
  const privateKey = await readPrivateKey(options.keyPath);
  const pinned = await readPinnedHostKeys(hostKeys.file, host, port);
  const check = new HostKeyCheck(pinned, options);
  const client = new ssh2.Client();
  const connection = new SshConnection(client, options);
  const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
  client.connect({
    host,
    port,
    username,
    privateKey,
    algorithms: algorithmsFor(options, pinned.types),
    hostVerifier: (blob: Buffer) => check.accepts(blob),
    authHandler: ['publickey'],
    readyTimeout: options.connectTimeout ?? 30_000,
    keepaliveInterval: options.keepAlive ?? 15_000,
    keepaliveCountMax: 3,
  });
  try {
    await unlessAborted(connection.lost, ready);
  } catch (error) {
    client.destroy();
    throw check.refusal ?? error;
  }
  client.setNoDelay(true);
  if (check.toPin !== undefined) {
    await pinHostKeys(hostKeys.file, host, port, [check.toPin]);
  }
  return connection;
}
