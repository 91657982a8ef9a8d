import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import type { Logger } from '../log/logger.js';
import { anyRowSchema } from '../tables/row.js';
import { reachAdmin } from './admin-client.js';
import type { Operator } from './operator.js';
import { ProjectKey } from './parameters.js';

/** Longest path that the address of a Unix socket holds on all systems. */
const MAX_PATH = 103;

/** Bytes of a request: measurements come in batches. */
const MAX_BODY = 4 * 1024 * 1024;

const Search = z.object({ project: ProjectKey.optional(), agent: ProjectKey.optional() });
const StatusBody = z.object({ rows: z.array(anyRowSchema), source: z.string().optional() });

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
    case 'POST /salts':
      if (project === undefined) send(response, 400, { error: 'no project' });
      else send(response, 200, await operator.salts(project));
      return;
    case 'POST /statuses': {
      const { rows, source } = StatusBody.parse(JSON.parse(await readBody(request)));
      send(response, 200, project !== undefined && (await operator.addStatuses(project, rows, source)));
      return;
    }
    default:
      send(response, 404, { error: 'no such request' });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY) throw new Error(`the request is larger than ${MAX_BODY} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
