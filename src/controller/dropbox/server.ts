import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { listening } from '../../config/listen.js';
import { legacyAlgorithms, modernAlgorithms } from '../../ssh/algorithms.js';
import { removeAbandoned } from './abandoned.js';
import { Admission } from './admission.js';
import { AgentConnection, type ConnectionContext } from './connection.js';
import { AgentHome } from './home.js';
import { loadHostKeys } from './host-keys.js';
import { type ConnectionLimits, type DropboxOptions, defaultLimits, defaultQuota } from './options.js';
import { Quota } from './quota.js';
import { incomingFolder } from './upload.js';

export interface Dropbox {
  readonly port: number;
  /** Public host keys in OpenSSH form. */
  readonly hostKeys: readonly string[];
  /** Whether connections are taken. */
  readonly listening: boolean;
  /** Takes no more connections, lets transfers under way end for a short while, and resolves when all are closed. */
  close(): Promise<void>;
}

const projectKey = /^[A-Z]+$/;

/** Folders, quota and number of connections of the agents that have logged in. */
class Agents {
  readonly #quotas = new Map<string, Quota>();
  readonly #connections = new Map<string, number>();

  constructor(
    private readonly options: DropboxOptions,
    private readonly limits: ConnectionLimits,
  ) {}

  async homeOf(agent: string): Promise<AgentHome> {
    const root = join(this.options.dataFolder, 'agents', agent);
    const projects = [...(await this.options.projectsOf(agent))].filter((project) => projectKey.test(project));
    const quota = this.#quotas.get(agent) ?? this.#newQuota(agent, root);
    this.#quotas.set(agent, quota);
    return new AgentHome(root, new Set(projects), quota);
  }

  enter(agent: string): boolean {
    const connections = this.#connections.get(agent) ?? 0;
    if (connections >= this.limits.connectionsPerAgent) {
      return false;
    }
    this.#connections.set(agent, connections + 1);
    return true;
  }

  leave(agent: string): void {
    this.#connections.set(agent, (this.#connections.get(agent) ?? 1) - 1);
  }

  #newQuota(agent: string, root: string): Quota {
    const limits = { ...defaultQuota, ...this.options.quota };
    const own = [join(root, 'export'), join(root, incomingFolder)];
    return new Quota(limits, async () => [...own, ...((await this.options.takenFrom?.(agent)) ?? [])]);
  }
}

/** A connection, known to the SSH library by its address and port only, and the time until which it must log in. */
interface Guest {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
}

/** Accepts sockets, and hands those that are admitted to the SSH library. */
class Gate {
  readonly #guests = new Map<string, Guest>();
  readonly #connections = new Set<AgentConnection>();
  readonly #admission: Admission;
  readonly #ssh: ssh2.Server;

  constructor(
    private readonly options: DropboxOptions,
    private readonly limits: ConnectionLimits,
    privateKeys: readonly string[],
  ) {
    const legacy = options.legacyAlgorithms === true;
    if (legacy) {
      options.log.warn('outdated SSH algorithms are offered: an attacker on the network may break them');
    }
    const agents = new Agents(options, limits);
    this.#admission = new Admission(limits);
    const context: ConnectionContext = {
      limits,
      log: options.log,
      allowSha1: legacy,
      findPublicKey: options.findPublicKey,
      homeOf: (agent) => agents.homeOf(agent),
      enter: (agent) => agents.enter(agent),
      leave: (agent) => agents.leave(agent),
      failed: (address) => this.#admission.failed(address),
    };
    this.#ssh = new ssh2.Server({
      hostKeys: [...privateKeys],
      algorithms: legacy ? legacyAlgorithms() : modernAlgorithms(),
      ident: 'gatherer',
    });
    this.#ssh.on('connection', (client, { ip, port }) => {
      const guest = this.#guests.get(`${ip} ${port}`);
      if (guest === undefined) {
        client.end();
        return;
      }
      const { socket, timer } = guest;
      const connection = new AgentConnection(client, socket, ip, context, () => clearTimeout(timer));
      this.#connections.add(connection);
      socket.once('close', () => this.#connections.delete(connection));
    });
  }

  accept(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    socket.on('error', () => {});
    if (remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const refusal = this.#admission.enter(remoteAddress);
    if (refusal !== undefined) {
      this.options.log.warn({ address: remoteAddress, reason: refusal }, 'SSH connection refused');
      socket.destroy();
      return;
    }
    const name = `${remoteAddress} ${remotePort}`;
    const timer = setTimeout(() => {
      this.options.log.warn({ address: remoteAddress }, 'no login in time');
      socket.destroy();
    }, this.limits.handshake);
    this.#guests.set(name, { socket, timer });
    socket.once('close', () => {
      clearTimeout(timer);
      this.#guests.delete(name);
      this.#admission.leave(remoteAddress);
    });
    this.#ssh.injectSocket(socket);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((connection) => connection.finish(this.limits.grace)));
    for (const { socket } of this.#guests.values()) {
      socket.destroy();
    }
  }
}

async function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  server.listen({ port, ...(host === undefined ? {} : { host }) });
  await listening('the SSH server', '--ssh-port', () => once(server, 'listening'));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/**
 * Starts the SSH server to which agents upload, and from which they fetch their update trackers: SFTP and scp in the
 * folder of the agent, and nothing else.
 *
 * @throws SshError where host keys cannot be used, or the error of the socket where the port cannot be had
 */
export async function startDropbox(options: DropboxOptions): Promise<Dropbox> {
  const limits = { ...defaultLimits, ...options.limits };
  const { privateKeys, publicKeys } = await loadHostKeys(options.dataFolder);
  await removeAbandoned(options.dataFolder);
  const gate = new Gate(options, limits, privateKeys);
  const server = createServer({ noDelay: true }, (socket) => gate.accept(socket));
  const port = await listen(server, options.port, options.host);
  options.log.info({ port, hostKeys: publicKeys }, 'SSH server listens');
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      const closed = once(server, 'close');
      server.close();
      await gate.close();
      await closed;
    })();
    return closing;
  };
  options.signal?.addEventListener('abort', () => void close(), { once: true });
  return {
    port,
    hostKeys: publicKeys,
    get listening() {
      return server.listening;
    },
    close,
  };
}
