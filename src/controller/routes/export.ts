import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { admit } from '../admission.js';
import { saveAgentStatus } from '../agent-logs.js';
import type { ControllerContext } from '../context.js';
import { JsonError, parseJson } from '../json.js';
import { parseKey, requiredProject } from '../parameters.js';
import { RequestError } from '../request-error.js';
import { callerOf } from './caller.js';
import { addEndpoint, ErrorLine, NoContent, ProjectQuery } from './endpoint.js';

const USER_PREFIX = 'agent-';

/** What an agent says of itself. Of the fields, these two tell whose folder holds the export. */
const AgentStatus = z.looseObject({ key: z.string().optional(), user: z.string().optional() });

/** The agent has uploaded its files. Schema: controller/export.json. */
export function addExport(app: FastifyInstance, context: ControllerContext): void {
  addEndpoint(app, {
    path: '/auth/export.py',
    method: 'POST',
    undocumented: ['GET'],
    schema: {
      summary: 'Take what an agent has uploaded, and import it',
      querystring: z.object({ project: ProjectQuery }),
      body: z.object({
        agent: z.string().optional().describe('JSON object with `key`, `user`, `hostname` and `version` of the agent'),
        files: z.string().optional().describe('JSON object with the names of the files; not looked at'),
      }),
      response: { 202: NoContent, 400: ErrorLine, 403: ErrorLine, 503: ErrorLine },
    },
    handle: async (request, reply, { all }) => {
      const project = requiredProject(all);
      const [status] = all.get('agent') ?? [];
      const agent = status === undefined ? project : agentKey(status, project);
      admit(context.policy, context.settings, project, callerOf(request, context.proxies));
      if (status !== undefined) {
        await saveAgentStatus(context.folders, project, status);
      }
      await context.intake.accept(project, agent);
      return reply.code(202).send();
    },
  });
}

/** Whose folder holds the export: the key, else the user name of the agent, else the project. */
function agentKey(text: string, project: string): string {
  const { key, user } = parseStatus(text);
  if (key !== undefined && key !== '' && key !== '-') {
    return parseKey(key);
  }
  return user?.startsWith(USER_PREFIX) ? parseKey(user.slice(USER_PREFIX.length)) : project;
}

function parseStatus(text: string): z.infer<typeof AgentStatus> {
  try {
    return AgentStatus.parse(parseJson(text));
  } catch (error) {
    if (error instanceof JsonError) {
      throw new RequestError(400, error.message);
    }
    if (error instanceof z.ZodError) {
      throw new RequestError(400, 'Agent must be a JSON object whose key and user are text');
    }
    throw error;
  }
}
