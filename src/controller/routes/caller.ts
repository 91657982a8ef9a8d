import type { FastifyRequest } from 'fastify';
import type { Network } from '../../config/networks.js';
import { callerAddress } from '../caller.js';

/** Address that a request comes from, behind the proxies that are trusted. */
export function callerOf(request: FastifyRequest, proxies: readonly Network[]): string {
  const forwarded = request.headers['x-forwarded-for']?.toString();
  return callerAddress(request.socket.remoteAddress ?? '', forwarded, proxies);
}
