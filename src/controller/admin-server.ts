import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import type { Logger } from '../log/logger.js';
import { reachAdmin } from './admin-client.js';
import type { Operator } from './operator.js';
import { ProjectKey } from './parameters.js';

/** Longest path that the address of a Unix socket holds on all systems. */
const MAX_PATH = 103;

const Search = z.object({ project: ProjectKey.optional(), agent: ProjectKey.optional() });

export interface AdminServer {
  close(): Promise<void>;
}

/**
 * Lets an operator on this host speak to the running controller, which alone has the embedded database. Who may open
 * the socket is up to the file system: it is in the data folder, for the controller's own user.
 * @throws ConfigError where another controller runs on the data folder, or its path is too long
 */
export async function startAdminServer(path: string, operator: Operator, log: Logger): Promise<AdminServer> {
  if (Buffer.byteLength(path) > MAX_PATH) {
    throw new ConfigError('--data', `the path of the folder is too long for the socket ${path}`);
  }
  if (await reachAdmin(path)) {
    throw new ConfigError('--data', `another controller runs on this folder: it answers on ${path}`);
  }
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    answer(operator, request, response).catch((error: unknown) => {
      log.error({ err: error }, 'A request of an operator failed');
      send(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(operator: Operator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://controller');
  const search = Search.safeParse(Object.fromEntries(searchParams));
  if (!search.success) {
    send(response, 400, { error: 'malformed key' });
    return;
  }
  const { project, agent } = search.data;
  switch (`${request.method} ${pathname}`) {
    case 'GET /imports':
      send(response, 200, await operator.imports(project));
      return;
    case 'POST /retry':
      send(response, 200, await operator.retryImports(project));
      return;
    case 'POST /discard':
      send(response, 200, project === undefined ? 0 : await operator.discardImports(project));
      return;
    case 'POST /rekey':
      send(response, 200, agent !== undefined && (await operator.allowRekey(agent)));
      return;
    default:
      send(response, 404, { error: 'no such request' });
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
