import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isInNetworks, type Network, plainAddress } from '../config/networks.js';
import { MAX_CONNECTIONS_PER_ADDRESS, MAX_REQUESTS_PER_ADDRESS } from './limits.js';
import { RequestError } from './request-error.js';
import { callerOf } from './routes/caller.js';

/** Counts what is under way for each address. */
class Tally {
  readonly #counts = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** False where the address has as much under way as it may. */
  tryAdd(address: string): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.most) {
      return false;
    }
    this.#counts.set(address, count + 1);
    return true;
  }

  remove(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count <= 1) {
      this.#counts.delete(address);
    } else {
      this.#counts.set(address, count - 1);
    }
  }
}

/** Closes connections of an address that has many open. Proxies that are trusted speak for many callers. */
export function limitConnections(server: Server, { proxies }: { readonly proxies: readonly Network[] }): Server {
  const open = new Tally(MAX_CONNECTIONS_PER_ADDRESS);
  return server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (address === '' || isInNetworks(address, proxies)) {
      return;
    }
    if (open.tryAdd(address)) {
      socket.once('close', () => open.remove(address));
    } else {
      socket.destroy();
    }
  });
}

/** Answers 429 to an address that has many requests under way. */
export function limitRequests(app: FastifyInstance, proxies: readonly Network[]): void {
  const active = new Tally(MAX_REQUESTS_PER_ADDRESS);
  const counted = new WeakMap<FastifyRequest, string>();
  app.addHook('onRequest', async (request, reply) => {
    const address = callerOf(request, proxies);
    if (!active.tryAdd(address)) {
      reply.header('retry-after', '1');
      throw new RequestError(429, 'Too many requests at once');
    }
    counted.set(request, address);
  });
  app.addHook('onResponse', async (request) => {
    const address = counted.get(request);
    if (address !== undefined) {
      active.remove(address);
    }
  });
}
