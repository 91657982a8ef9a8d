import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { encrypt } from '../../tables/pseudonym.js';
import type { ControllerContext } from '../context.js';
import type { Fields } from '../form.js';
import { parseKey, single } from '../parameters.js';
import { RequestError } from '../request-error.js';
import { StoreError } from '../store/error.js';
import type { Salts } from '../store/store.js';
import { addEndpoint, ErrorLine, ProjectQuery, sendJson } from './endpoint.js';

/** Encryption by the salts of one project, or by those of all projects. */
const LEVEL = { project: 1, global: 2 } as const;
const UNAVAILABLE = 'The value could not be encrypted for the provided project';

/** The pseudonym of a value, to find it among exported data. Schema: controller/encrypt.json. */
export function addEncrypt(app: FastifyInstance, context: ControllerContext): void {
  addEndpoint(app, {
    path: '/auth/encrypt.py',
    method: 'GET',
    undocumented: ['POST'],
    head: true,
    schema: {
      summary: 'Pseudonym of a value',
      querystring: z.object({ project: ProjectQuery.optional(), value: z.string() }),
      response: {
        200: z.object({ value: z.string().regex(/^[a-f0-9]+$/), encryption: z.union([z.literal(1), z.literal(2)]) }),
        400: ErrorLine,
        404: ErrorLine,
      },
    },
    handle: async (_request, reply, { all }) => {
      const project = optionalProject(all);
      const value = single(all, 'value', {
        missing: 'Value must be provided',
        several: 'Exactly one value must be provided',
      });
      const pseudonym = encrypt(value, await findSalts(context, project));
      return sendJson(
        reply,
        { value: pseudonym, encryption: project === undefined ? LEVEL.global : LEVEL.project },
        '',
      );
    },
  });
}

function optionalProject(fields: Fields): string | undefined {
  if (!fields.has('project')) {
    return undefined;
  }
  const several = 'At most one project must be specified in GET';
  return parseKey(single(fields, 'project', { missing: several, several }));
}

/** As in the original, a database that is away looks like a project without salts. */
async function findSalts({ store, log }: ControllerContext, project: string | undefined): Promise<Salts> {
  const salts = await store.findSalts(project).catch((error: unknown) => {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    log.error({ err: error, project }, 'Could not read salts');
    return undefined;
  });
  if (salts === undefined) {
    throw new RequestError(404, UNAVAILABLE);
  }
  return salts;
}
