import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ControllerContext } from '../context.js';
import { StoreError } from '../store/error.js';
import { addEndpoint, sendJson } from './endpoint.js';

const Health = z.object({
  ok: z.boolean(),
  stopped: z.array(z.string()).describe('Parts that do not work now: `database`, `ssh`'),
});

/** For the watchdog of a container: 200 where all parts work, else 503. */
export function addHealth(app: FastifyInstance, context: ControllerContext): void {
  addEndpoint(app, {
    path: '/healthz',
    method: 'GET',
    head: true,
    schema: { summary: 'Whether the parts of the controller work', response: { 200: Health, 503: Health } },
    handle: async (_request, reply) => {
      const stopped = [...(await databaseStopped(context)), ...context.stopped()];
      const ok = stopped.length === 0;
      return sendJson(reply.code(ok ? 200 : 503), { ok, stopped }, '\n');
    },
  });
}

async function databaseStopped({ store }: ControllerContext): Promise<readonly string[]> {
  try {
    await store.ping();
    return [];
  } catch (error) {
    if (error instanceof StoreError) {
      return ['database'];
    }
    throw error;
  }
}
