import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ControllerContext } from '../context.js';
import { addEndpoint, sendJson } from './endpoint.js';

/** Public keys of the SSH server, for agents that have verified the certificate of this one. */
export function addHostKeys(app: FastifyInstance, { hostKeys, sshPort }: ControllerContext): void {
  addEndpoint(app, {
    path: '/auth/host-keys',
    method: 'GET',
    head: true,
    schema: {
      summary: 'Public keys of the SSH server',
      response: { 200: z.object({ host_keys: z.array(z.string()), port: z.int() }) },
    },
    handle: async (_request, reply) => sendJson(reply, { host_keys: hostKeys, port: sshPort }, '\n'),
  });
}
