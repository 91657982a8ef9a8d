import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpClient } from '../../src/http/client.js';
import { NtlmTransport, offeredScheme } from '../../src/http/ntlm.js';
import { ntlmStep } from '../simulators/ntlm.mjs';

const account = { username: 'EXAMPLE\\Zoë', password: 'wachtwoord é' };

interface Behaviour {
  /** Ask for a proof each time, not only of a new connection. */
  readonly eachRequest?: boolean;
  /** Close the connection behind every so many answers that are not a refusal. */
  readonly closeEvery?: number;
  readonly scheme?: 'NTLM' | 'Negotiate';
  /** Challenge without what version 2 of the protocol needs. */
  readonly versionOne?: boolean;
}

/** A server behind IIS. */
class WindowsServer {
  /** What each request came to, in order. */
  readonly log: ('refused' | 'challenged' | string)[] = [];
  readonly headers: string[] = [];
  private readonly proven = new WeakMap<object, string>();
  private answers = 0;
  readonly server: Server;

  constructor(private readonly behaviour: Behaviour) {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { scheme = 'NTLM', eachRequest = false, closeEvery, versionOne = false } = this.behaviour;
    const header = request.headers.authorization;
    if (header !== undefined) this.headers.push(header);
    const step = ntlmStep(header?.replace(/^Negotiate/, 'NTLM'), (user, domain) =>
      user === 'Zoë' && domain === 'EXAMPLE' ? account.password : null,
    );
    if (step !== null && 'challenge' in step) {
      const challenge = versionOne ? withoutTarget(step.challenge) : step.challenge;
      this.refuse(response, 'challenged', challenge.replace(/^NTLM/, scheme));
      return;
    }
    const user = step?.user ?? (eachRequest ? undefined : this.proven.get(request.socket));
    if (user === undefined) {
      this.refuse(response, 'refused', scheme);
      return;
    }
    this.proven.set(request.socket, user);
    this.answers += 1;
    this.log.push(user);
    const isLast = closeEvery !== undefined && this.answers % closeEvery === 0;
    response.writeHead(200, isLast ? { connection: 'close' } : {}).end('{}');
  }

  private refuse(response: ServerResponse, what: string, offer: string): void {
    this.log.push(what);
    response.writeHead(401, { 'www-authenticate': [offer, 'Basic realm="x, NTLM none"'] }).end('no');
  }
}

/** The flags of the challenge without target information. */
function withoutTarget(challenge: string): string {
  const message = Buffer.from(challenge.replace(/^NTLM /, ''), 'base64');
  message.writeUInt32LE(message.readUInt32LE(20) & ~0x00800000 & 0x7fffffff, 20);
  return `NTLM ${message.toString('base64')}`;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(behaviour: Behaviour, { username, password } = account) {
  const windows = new WindowsServer(behaviour);
  windows.server.listen(0, '127.0.0.1');
  await once(windows.server, 'listening');
  const { port }: AddressInfo = Object.assign({ port: 0, family: '', address: '' }, windows.server.address());
  const clients: HttpClient[] = [];
  const transport = new NtlmTransport({ username, password }, behaviour.scheme ?? 'NTLM', () => {
    const client = new HttpClient({ version: '1', environment: {}, connections: 1 });
    clients.push(client);
    return client;
  });
  closing.push(async () => {
    await Promise.all(clients.map((client) => client.close()));
    windows.server.closeAllConnections();
    windows.server.close();
  });
  const url = new URL(`http://127.0.0.1:${port}/`);
  return { windows, clients, get: async () => (await transport.request({ method: 'GET', url })).status };
}

const user = 'EXAMPLE\\Zoë';

describe('NTLM', () => {
  it('proves a connection once', async () => {
    const { windows, clients, get } = await start({});
    expect([await get(), await get(), await get()]).toEqual([200, 200, 200]);
    expect(windows.log).toEqual(['challenged', user, user, user]);
    expect(clients).toHaveLength(1);
  });

  it('learns that a server wants a proof of each request', async () => {
    const { windows, get } = await start({ eachRequest: true });
    expect([await get(), await get(), await get()]).toEqual([200, 200, 200]);
    expect(windows.log).toEqual(['challenged', user, 'refused', 'challenged', user, 'challenged', user]);
  });

  it('proves each of several connections, and a new one after a server has closed one', async () => {
    const { windows, clients, get } = await start({ closeEvery: 5 });
    const statuses = await Promise.all(Array.from({ length: 8 }, get));
    for (let more = 0; more < 20; more += 1) statuses.push(await get());
    expect(statuses.every((status) => status === 200)).toBe(true);
    expect(windows.log.filter((entry) => entry === user)).toHaveLength(28);
    expect(clients).toHaveLength(8);
  });

  it('takes Negotiate for NTLM where only that is offered', async () => {
    const { windows, get } = await start({ scheme: 'Negotiate' });
    expect(await get()).toBe(200);
    expect(windows.headers.every((header) => header.startsWith('Negotiate '))).toBe(true);
  });

  it('gives the refusal of a wrong password, and of a wrong domain', async () => {
    expect(await (await start({}, { ...account, password: 'guess' })).get()).toBe(401);
    expect(await (await start({}, { ...account, username: 'OTHER\\Zoë' })).get()).toBe(401);
  });

  it('does not answer by version 1', async () => {
    const { windows, get } = await start({ versionOne: true });
    await expect(get()).rejects.toThrow('version 1 is not safe');
    expect(windows.log).toEqual(['challenged']);
  });

  it('reads what a server offers', async () => {
    const { HttpResponse } = await import('../../src/http/response.js');
    const scheme = (status: number, offers?: string) =>
      offeredScheme(
        new HttpResponse(new URL('http://x/'), status, new Map(offers ? [['www-authenticate', offers]] : []), ''),
      );
    expect(scheme(401, 'Negotiate, NTLM, Basic realm="x"')).toBe('NTLM');
    expect(scheme(401, 'Bearer, Negotiate')).toBe('Negotiate');
    expect(scheme(401, 'Basic realm="NTLM"')).toBeUndefined();
    expect(scheme(403, 'NTLM')).toBeUndefined();
    expect(scheme(401)).toBeUndefined();
  });
});
