import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ControllerContext } from '../context.js';
import { agentOf, requiredProject, single } from '../parameters.js';
import { register } from '../registration.js';
import { callerOf } from './caller.js';
import { addEndpoint, ErrorLine, ProjectQuery, sendJson } from './endpoint.js';

const Secrets = z.object({
  salts: z.object({ salt: z.string(), pepper: z.string() }),
  usernames: z.array(
    z.object({
      prefix: z.string(),
      pattern: z.string().optional(),
      replace: z.string().optional(),
      mutate: z.string().optional(),
    }),
  ),
});

/** Registration. The keys stand in the query, the public key in the body. Schema: controller/agent.json. */
export function addAgent(app: FastifyInstance, context: ControllerContext): void {
  addEndpoint(app, {
    path: '/auth/agent.py',
    method: 'POST',
    undocumented: ['GET'],
    schema: {
      summary: 'Register an agent for a project',
      querystring: z.object({ project: ProjectQuery, agent: ProjectQuery.optional() }),
      body: z.object({ public_key: z.string().describe('Public key of the agent, in OpenSSH form') }),
      response: { 200: Secrets, 400: ErrorLine, 403: ErrorLine, 409: ErrorLine, 503: ErrorLine },
    },
    handle: async (request, reply, { query, body }) => {
      const project = requiredProject(query);
      const agent = agentOf(query, project);
      const publicKey = single(body, 'public_key', {
        missing: 'Public key must be provided as a POST message',
        several: 'Exactly one public key must be provided in POST',
      });
      const address = callerOf(request, context.proxies);
      const { salts, usernames } = await register(context, { project, agent, publicKey, address });
      return sendJson(reply, { salts: { ...salts }, usernames: usernames.map((rule) => ({ ...rule })) }, '');
    },
  });
}
