import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NetworkError } from '../../config/networks.js';
import { accessibleProjects, accessProxies } from '../access.js';
import type { ControllerContext } from '../context.js';
import { RequestError } from '../request-error.js';
import { callerOf } from './caller.js';
import { addEndpoint, ErrorLine, sendJson } from './endpoint.js';

/** Which projects concern the caller. Schema: controller/access.json. */
export function addAccess(app: FastifyInstance, context: ControllerContext): void {
  addEndpoint(app, {
    path: '/auth/access.py',
    method: 'GET',
    undocumented: ['POST'],
    head: true,
    schema: {
      summary: 'Projects that may be seen from the address of the caller',
      response: { 200: z.array(z.string()), 503: ErrorLine },
    },
    handle: async (request, reply) => sendJson(reply, projectsFor(context, request), '\n'),
  });
}

function projectsFor({ settings, proxies }: ControllerContext, request: FastifyRequest): readonly string[] {
  try {
    return accessibleProjects(settings, callerOf(request, [...proxies, ...accessProxies(settings)]));
  } catch (error) {
    if (error instanceof NetworkError) {
      throw new RequestError(503, `Access has malformed networks defined: ${error.message}`);
    }
    throw error;
  }
}
