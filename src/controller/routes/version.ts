import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ControllerContext } from '../context.js';
import { single } from '../parameters.js';
import { compareVersion } from '../release.js';
import { addEndpoint, ErrorLine, sendJson } from './endpoint.js';

/** Whether the program of an agent is that of the controller. Schema: controller/version.json. */
export function addVersion(app: FastifyInstance, { release }: ControllerContext): void {
  addEndpoint(app, {
    path: '/auth/version.py',
    method: 'GET',
    undocumented: ['POST'],
    head: true,
    schema: {
      summary: 'Compare the version of an agent with that of the controller',
      querystring: z.object({
        version: z
          .string()
          .regex(/^([^-]*(-.+)?-)?[0-9a-f]{40}$/)
          .describe('Commit hash, or version, branch and commit hash with dashes between them'),
      }),
      response: { 200: z.object({ up_to_date: z.boolean(), version: z.string() }), 400: ErrorLine },
    },
    handle: async (_request, reply, { all }) => {
      const asked = single(all, 'version', {
        missing: 'Version must be specified',
        several: 'Exactly one version must be specified',
      });
      return sendJson(reply, { ...compareVersion(asked, release) }, '\n');
    },
  });
}
