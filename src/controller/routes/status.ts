import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { admitFromNetwork } from '../admission.js';
import { receiveStatuses, Statuses } from '../bigboat.js';
import type { ControllerContext } from '../context.js';
import { JsonError, parseJson } from '../json.js';
import { agentOf, requiredProject, single } from '../parameters.js';
import { RequestError } from '../request-error.js';
import { controllerStatus, statusParts } from '../status.js';
import { callerOf } from './caller.js';
import { addEndpoint, ErrorLine, NoContent, ProjectQuery, sendJson } from './endpoint.js';

const PATH = '/auth/status.py';
const SEVERAL = 'Exactly one project must be specified';

const Part = z.object({
  ok: z.boolean(),
  message: z.string().optional(),
  contents: z.string().optional().describe('Environment for the agent, where all other parts are ok'),
});
const StatusAnswer = z.record(z.enum(statusParts), Part);

/** Whether an agent may scrape now (GET); statuses of a BigBoat dashboard (POST). Schema: controller/status.json. */
export function addStatus(app: FastifyInstance, context: ControllerContext): void {
  addEndpoint(app, {
    path: PATH,
    method: 'GET',
    schema: {
      summary: 'State of the controller for a project, and environment for its agent',
      querystring: z.object({ project: ProjectQuery, agent: ProjectQuery.optional() }),
      response: { 200: StatusAnswer, 400: ErrorLine, 503: StatusAnswer },
    },
    handle: async (request, reply, { all }) => {
      const project = requiredProject(all, SEVERAL);
      const agent = agentOf(all, project, SEVERAL);
      const status = await controllerStatus(context, project, agent, callerOf(request, context.proxies));
      const parts = statusParts.map((name) => [name, { ...status[name] }] as const);
      return sendJson(reply.code(status.total.ok ? 200 : 503), Object.fromEntries(parts), '\n');
    },
  });
  addEndpoint(app, {
    path: PATH,
    method: 'POST',
    schema: {
      summary: 'Keep the statuses of a BigBoat dashboard',
      querystring: z.object({ project: ProjectQuery }),
      body: z.object({
        status: z.string().describe('JSON array of statuses: `name`, `checked_time` (UTC), `ok`, `value`, `max`'),
        source: z.string().optional().describe('URL of the dashboard'),
      }),
      response: { 202: NoContent, 400: ErrorLine, 403: ErrorLine, 404: ErrorLine },
    },
    handle: async (request, reply, { all }) => {
      const project = requiredProject(all, SEVERAL);
      const text = single(all, 'status', {
        missing: 'Status must be provided',
        several: 'Exactly one status field must be specified',
      });
      const statuses = parseStatuses(text);
      const [source] = all.get('source') ?? [];
      admitFromNetwork(context.policy, context.settings, project, callerOf(request, context.proxies));
      await receiveStatuses(context, project, statuses, source);
      return reply.code(202).send();
    },
  });
}

function parseStatuses(text: string): Statuses {
  try {
    return Statuses.parse(parseJson(text));
  } catch (error) {
    if (error instanceof JsonError) {
      throw new RequestError(400, 'Status field must be valid JSON');
    }
    if (error instanceof z.ZodError) {
      const [issue] = error.issues;
      throw new RequestError(400, `Status field is malformed: ${issue?.path.join('.')}: ${issue?.message}`);
    }
    throw error;
  }
}
