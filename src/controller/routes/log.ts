import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { admit } from '../admission.js';
import { appendRecord, isIgnoredMessage } from '../agent-logs.js';
import type { ControllerContext } from '../context.js';
import type { Fields } from '../form.js';
import { requiredProject } from '../parameters.js';
import { RequestError } from '../request-error.js';
import { callerOf } from './caller.js';
import { addEndpoint, ErrorLine, NoContent, ProjectQuery } from './endpoint.js';

const FILE = 'log.json';

/** Log records of agents, in the fields of Python's HTTPHandler. Schema: controller/log.json. */
export function addLog(app: FastifyInstance, context: ControllerContext): void {
  addEndpoint(app, {
    path: '/auth/log.py',
    method: 'POST',
    undocumented: ['GET'],
    schema: {
      summary: 'Keep a log record of an agent',
      querystring: z.object({ project: ProjectQuery }),
      body: z.record(z.string(), z.string()).describe('Fields of a Python log record, of which `message` is looked at'),
      response: { 202: NoContent, 204: NoContent, 400: ErrorLine, 403: ErrorLine },
    },
    handle: async (request, reply, { all }) => {
      const project = requiredProject(all);
      const record = firstValues(all);
      if (Object.keys(record).length === 0) {
        throw new RequestError(400, 'No logging parameters were provided');
      }
      if (isIgnoredMessage(record['message'] ?? '')) {
        return reply.code(204).send();
      }
      admit(context.policy, context.settings, project, callerOf(request, context.proxies));
      await appendRecord(context.folders, project, FILE, record);
      return reply.code(202).send();
    },
  });
}

/** The first value of each field but the project, which the file stands for. */
function firstValues(fields: Fields): Record<string, string> {
  const pairs = [...fields].filter(([name]) => name !== 'project').map(([name, [value = '']]) => [name, value]);
  return Object.fromEntries(pairs);
}
