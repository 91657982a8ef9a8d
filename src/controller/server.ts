import { createServer, type Server } from 'node:https';
import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { refuseConnections } from '../http/refuse-connection.js';
import type { ControllerContext } from './context.js';
import { addErrorAnswers } from './error-answers.js';
import { type Field, parseForm } from './form.js';
import { limitConnections, limitRequests } from './limiters.js';
import { MAX_BODY_BYTES, MAX_CONNECTIONS, type TimeLimits, timeLimits } from './limits.js';
import { ControllerMetrics } from './metrics.js';
import { addOpenApi } from './openapi.js';
import { addAccess } from './routes/access.js';
import { addAgent } from './routes/agent.js';
import { callerOf } from './routes/caller.js';
import { addEncrypt } from './routes/encrypt.js';
import { addExport } from './routes/export.js';
import { addHealth } from './routes/health.js';
import { addHostKeys } from './routes/host-keys.js';
import { addLog } from './routes/log.js';
import { addMetrics } from './routes/metrics.js';
import { addStatus } from './routes/status.js';
import { addVersion } from './routes/version.js';
import type { KeyAndCertificate } from './tls/self-signed.js';

const SECURITY_HEADERS = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Makes the web server of the controller, ready to listen. */
export async function createWebServer(
  context: ControllerContext,
  certificate: KeyAndCertificate,
  limits: TimeLimits = timeLimits,
): Promise<FastifyInstance> {
  const app = Fastify({
    serverFactory: (handler) => limitConnections(createTlsServer(certificate, limits).on('request', handler), context),
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseConnections((_status, text) => ({ type: 'text/plain', body: `${text}\n` })),
    rewriteUrl: ({ url = '/' }) => originForm(url),
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      reply.raw.writeHead(400, { 'content-type': 'text/plain' }).end('Request is malformed\n');
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, readForm);
  await app.register(multipart, { limits: { fieldSize: MAX_BODY_BYTES, parts: 1000, files: 1, headerPairs: 100 } });
  // The schemas of routes are for the OpenAPI document: handlers word errors, and answers, as agents know them.
  app.setValidatorCompiler(() => (value) => ({ value }));
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  limitRequests(app, context.proxies);
  logRequests(app, context);
  addErrorAnswers(app, context.log);
  await addOpenApi(app, context.release.version);
  addRoutes(app, context);
  return app;
}

function createTlsServer({ key, certificate }: KeyAndCertificate, limits: TimeLimits): Server {
  const server = createServer({
    key,
    cert: certificate,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.handshake,
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.idle,
    connectionsCheckingInterval: Math.min(5000, limits.headers),
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = 100;
  return server;
}

async function readForm(_request: FastifyRequest, body: string | Buffer): Promise<readonly Field[]> {
  return parseForm(body.toString());
}

/** The log handler of original agents sends `POST https://host/path` in the request line. */
function originForm(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*(?=[/?])/i, '');
}

function addRoutes(app: FastifyInstance, context: ControllerContext): void {
  addAccess(app, context);
  addAgent(app, context);
  addEncrypt(app, context);
  addExport(app, context);
  addLog(app, context);
  addStatus(app, context);
  addVersion(app, context);
  addHostKeys(app, context);
  addHealth(app, context);
  const metrics = new ControllerMetrics(context.store);
  app.addHook('onResponse', async (request, reply) => metrics.observe(request, reply));
  addMetrics(app, metrics);
}

/** One line per answer. The query is left out: it may hold a person's name to be encrypted. */
function logRequests(app: FastifyInstance, { log, proxies }: ControllerContext): void {
  app.addHook('onResponse', async (request, reply) => {
    const path = request.url.split('?', 1)[0]?.slice(0, 200);
    const caller = callerOf(request, proxies);
    const milliseconds = Math.round(reply.elapsedTime);
    const { statusCode: status } = reply;
    log[status >= 500 ? 'warn' : 'debug']({ caller, method: request.method, path, status, milliseconds }, 'Answered');
  });
}
