import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthContext, Connection, ServerChannel, Session } from 'ssh2';
import type { Logger } from '../../log/logger.js';
import { ByteReader, ByteWriter, unlessAborted } from '../../ssh/byte-stream.js';
import { messageOf, SshError } from '../../ssh/errors.js';
import { WireError } from '../../ssh/wire.js';
import { DropboxError } from './failure.js';
import type { AgentHome } from './home.js';
import { type FindPublicKey, judgeLogin } from './login.js';
import type { ConnectionLimits } from './options.js';
import { parseScpCommand } from './scp/command.js';
import { ScpSession } from './scp/session.js';
import { SftpSession } from './sftp/session.js';
import { TransferLog } from './transfer-log.js';

/** What all connections of a server have in common. */
export interface ConnectionContext {
  readonly limits: ConnectionLimits;
  readonly log: Logger;
  readonly allowSha1: boolean;
  readonly findPublicKey: FindPublicKey;
  /** The folder of an agent that has logged in. */
  homeOf(agent: string): Promise<AgentHome>;
  /** @returns whether the agent may have one connection more */
  enter(agent: string): boolean;
  leave(agent: string): void;
  failed(address: string): void;
}

/** A client that sends without regard for windows, or asks and never reads, would otherwise fill the memory. */
const mostUnread = 4 * 1024 * 1024;
const mostUnsent = 8 * 1024 * 1024;
const enoughUnsent = 1024 * 1024;
/** Milliseconds. */
const hangUpTime = 500;

type Service = (reader: ByteReader, writer: ByteWriter, home: AgentHome, log: TransferLog) => Promise<number>;

/** One connection of a client: its login, and after that nothing but SFTP and scp. */
export class AgentConnection {
  readonly #gone = new AbortController();
  readonly #channels = new Set<ServerChannel>();
  readonly #running = new Set<Promise<void>>();
  readonly #idle: NodeJS.Timeout;
  #agent: string | undefined;
  #attempts = 0;
  #sessions = 0;

  constructor(
    private readonly client: Connection,
    private readonly socket: Socket,
    private readonly address: string,
    private readonly context: ConnectionContext,
    loggedIn: () => void,
  ) {
    this.#idle = setTimeout(() => this.#end('nothing was transferred for too long'), context.limits.idle);
    client.on('error', (error: Error) =>
      context.log.debug({ address, reason: error.message }, 'SSH connection failed'),
    );
    client.on('authentication', (request: AuthContext) => void this.#authenticate(request));
    client.on('ready', () => loggedIn());
    client.on('session', (accept, reject) => this.#session(accept, reject));
    client.on('close', () => this.#closed());
    socket.on('data', () => this.#guardMemory());
    socket.setNoDelay(true);
  }

  /** Waits until what is being transferred is through, not longer than that many milliseconds, and closes. */
  async finish(milliseconds: number): Promise<void> {
    if (this.socket.closed) {
      return;
    }
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    const timer = setTimeout(() => this.socket.destroy(), milliseconds);
    if (this.#running.size > 0) {
      await Promise.allSettled(this.#running);
      // A client hangs up by itself when it has got its answer, which it would lose otherwise.
      await Promise.race([closed, sleep(hangUpTime)]);
    }
    this.client.end();
    await closed;
    clearTimeout(timer);
  }

  #end(reason: string): void {
    this.context.log.info({ agent: this.#agent, address: this.address, reason }, 'SSH connection closed');
    this.client.end();
    setTimeout(() => this.socket.destroy(), 1000).unref();
  }

  #closed(): void {
    clearTimeout(this.#idle);
    this.#gone.abort(new SshError('cut', 'the agent closed the connection'));
    if (this.#agent !== undefined) {
      this.context.leave(this.#agent);
    }
  }

  #guardMemory(): void {
    const unread = [...this.#channels].some((channel) => channel.readableLength > mostUnread);
    if (unread || this.socket.writableLength > mostUnsent) {
      this.context.log.warn({ agent: this.#agent, address: this.address }, 'client sends or asks more than it may');
      this.socket.destroy();
    }
  }

  async #authenticate(request: AuthContext): Promise<void> {
    if (request.method === 'none') {
      request.reject(['publickey']);
      return;
    }
    const { findPublicKey, allowSha1, log } = this.context;
    try {
      const verdict = await judgeLogin(request, findPublicKey, allowSha1);
      if (verdict.kind === 'refused') {
        this.#refuse(request, verdict.reason);
      } else if (verdict.kind === 'offered') {
        request.accept();
      } else {
        this.#admit(request, verdict.agent);
      }
    } catch (error) {
      log.error(
        { address: this.address, user: request.username, reason: messageOf(error) },
        'login could not be checked',
      );
      this.#refuse(request, 'it could not be checked');
    }
  }

  #admit(request: AuthContext, agent: string): void {
    if (this.#gone.signal.aborted) {
      return;
    }
    if (!this.context.enter(agent)) {
      this.#refuse(request, 'too many connections of this agent');
      return;
    }
    this.#agent = agent;
    this.context.log.info({ agent, address: this.address }, 'agent logged in');
    request.accept();
  }

  #refuse(request: AuthContext, reason: string): void {
    this.#attempts += 1;
    const user = request.username.slice(0, 100);
    this.context.log.warn({ address: this.address, user, method: request.method, reason }, 'login refused');
    this.context.failed(this.address);
    request.reject(['publickey']);
    if (this.#attempts >= this.context.limits.attempts) {
      this.#end('too many logins refused');
    }
  }

  #session(accept: () => Session, reject: () => void): void {
    const agent = this.#agent;
    if (agent === undefined || this.#sessions >= this.context.limits.channels) {
      reject();
      return;
    }
    this.#sessions += 1;
    const closed = new AbortController();
    const session = accept();
    session.on('close', () => {
      this.#sessions -= 1;
      closed.abort(new SshError('cut', 'the agent closed the channel'));
    });
    // The library opens a channel once only, and gives nothing for a second request.
    let started = false;
    const start = (open: () => ServerChannel, refuse: () => void, service: Service | undefined) => {
      if (started || service === undefined) {
        refuse();
        return;
      }
      started = true;
      this.#start(open(), closed.signal, agent, service);
    };
    session.on('exec', (open, refuse, { command }) => start(open, refuse, scpService(command)));
    session.on('subsystem', (open, refuse, { name }) => start(open, refuse, name === 'sftp' ? sftpService : undefined));
  }

  #start(channel: ServerChannel, closed: AbortSignal, agent: string, service: Service): void {
    this.#channels.add(channel);
    const running = this.#serve(channel, closed, agent, service)
      .catch((error: unknown) => this.context.log.error({ agent, reason: messageOf(error) }, 'SSH channel failed'))
      .finally(() => {
        this.#channels.delete(channel);
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /** Serves a channel until the client has closed it. */
  async #serve(channel: ServerChannel, closed: AbortSignal, agent: string, service: Service): Promise<void> {
    const signal = AbortSignal.any([this.#gone.signal, closed]);
    channel.stderr.on('error', () => {});
    const code = await this.#run(channel, signal, agent, service);
    channel.exit(code);
    channel.end();
    if (!signal.aborted) {
      await once(signal, 'abort');
    }
  }

  /** @returns the exit code of the service */
  async #run(channel: ServerChannel, signal: AbortSignal, agent: string, service: Service): Promise<number> {
    const log = new TransferLog(this.context.log, agent, this.address);
    const reader = new ByteReader(channel, signal, () => this.#idle.refresh());
    const writer = new ByteWriter(channel, signal, () => this.#room(signal));
    try {
      const home = await unlessAborted(signal, this.context.homeOf(agent));
      return await service(reader, writer, home, log);
    } catch (error) {
      if (!signal.aborted) {
        log.refused(service.name, messageOf(error));
        const told = error instanceof DropboxError || error instanceof SshError || error instanceof WireError;
        channel.stderr.write(`${told ? error.message : 'Failure'}\n`);
      }
      return 1;
    }
  }

  async #room(signal: AbortSignal): Promise<void> {
    this.#idle.refresh();
    if (this.socket.writableLength > enoughUnsent && this.socket.writableNeedDrain) {
      await unlessAborted(signal, once(this.socket, 'drain').then());
    }
  }
}

const sftpService: Service = async (reader, writer, home, log) => {
  await new SftpSession(reader, writer, home, log).run();
  return 0;
};

function scpService(command: string): Service {
  return async (reader, writer, home, log) => {
    try {
      return await new ScpSession(reader, writer, home, log).run(parseScpCommand(command));
    } catch (error) {
      if (error instanceof DropboxError) {
        log.refused(command, error.message);
        throw new DropboxError(error.kind, `Command '${command.slice(0, 200)}' is not allowed: ${error.message}`);
      }
      throw error;
    }
  };
}
