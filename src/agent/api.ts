import { METHODS, STATUS_CODES } from 'node:http';
import fastifySwagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import { dropBody } from '../http/drop-body.js';
import { refuseConnections } from '../http/refuse-connection.js';
import type { Logger } from '../log/logger.js';
import { errorSchema, healthSchema, startedSchema, statusSchema } from './api-schema.js';
import { logFailure } from './context.js';
import type { Metrics } from './metrics.js';
import { type RunningScrape, ScrapeConflict, type Scraper } from './scraper.js';

export interface ApiOptions {
  /** Value that the Host header must have, with port, as it stands; undefined for any. */
  readonly domain?: string | undefined;
  /** Show versions and tracebacks. */
  readonly debug: boolean;
  readonly version: string;
  readonly log: Logger;
}

export interface ApiParts {
  readonly scraper: Pick<Scraper, 'running' | 'start'>;
  readonly metrics: Metrics;
}

const product = 'gros-data-gathering-agent';
const maximumBody = 64 * 1024;
/** A scrape that fails within this time is told to the caller. */
const startGrace = 100;

/** An answer other than success. */
class ApiError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

function checkHost(request: FastifyRequest, domain: string | undefined): void {
  if (domain !== undefined && request.headers.host !== domain) {
    throw new ApiError(403, 'Invalid Host header');
  }
}

function checkQuery(request: FastifyRequest): void {
  const names = [...new URL(request.url, 'http://agent').searchParams.keys()];
  if (names.length > 0) {
    throw new ApiError(404, `Unexpected query string parameters: ${names.join(', ')}`);
  }
}

/** Bodies of other types than forms are ignored, as the original does. */
function checkForm(request: FastifyRequest): void {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const names = isForm && typeof request.body === 'string' ? [...new URLSearchParams(request.body).keys()] : [];
  if (names.length > 0) {
    throw new ApiError(400, `Unexpected body parameters: ${names.join(', ')}`);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof ScrapeConflict) {
    return 503;
  }
  const code = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof code === 'number' && code >= 400 && code < 600 ? code : 500;
}

function errorBody(error: unknown, options: ApiOptions): z.output<typeof errorSchema> {
  const code = statusOf(error);
  const tells =
    code < 500 || error instanceof ConfigError || error instanceof ScrapeConflict || error instanceof ApiError;
  const message = tells && error instanceof Error ? error.message : 'The agent failed; its log says why';
  const traceback = options.debug && error instanceof Error ? (error.stack ?? null) : null;
  return {
    ok: false,
    error: { status: `${code} ${STATUS_CODES[code] ?? ''}`.trim(), message, traceback },
    version: options.debug ? { [product]: options.version } : {},
  };
}

/** Waits a moment, so that a scrape that fails at once is not taken for one that runs. */
async function checkStart({ reports }: RunningScrape): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<readonly []>((resolve) => {
    timer = setTimeout(resolve, startGrace, []);
  });
  const ended = await Promise.race([reports, grace]);
  clearTimeout(timer);
  const failed = ended.find((report) => report.code !== 0);
  if (failed !== undefined) {
    throw new ApiError(503, `Status code ${failed.code}`);
  }
}

function addErrors(server: FastifyInstance, options: ApiOptions): void {
  const answer = async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const body = errorBody(error, options);
    if (error instanceof ConfigError) {
      logFailure(options.log, error, 'A request to the web API failed');
    } else if (statusOf(error) === 500) {
      options.log.error({ err: error }, 'A request to the web API failed');
    }
    if (statusOf(error) === 413) {
      await dropBody(request.raw);
    }
    return reply.code(statusOf(error)).send(body);
  };
  server.setErrorHandler((error, request, reply) => answer(error, request, reply));
  server.setNotFoundHandler((request, reply) => {
    const path = new URL(request.url, 'http://agent').pathname;
    const below = /^\/(?:status|scrape)\/./.test(path);
    return answer(
      new ApiError(404, below ? 'Nothing matches the given URI' : `The path '${path}' was not found.`),
      request,
      reply,
    );
  });
  server.addHook('onSend', async (_request, reply) => {
    reply.header('server', options.debug ? `${product}/${options.version}` : product);
    const type = String(reply.getHeader('content-type') ?? '');
    if (type.startsWith('application/json')) {
      reply.header('content-type', 'application/json');
    }
  });
}

/** A route for any method, as the original checks that itself or not at all; the API document knows the right one. */
function addForAllMethods(
  server: FastifyInstance,
  documented: 'GET' | 'POST',
  route: Omit<RouteOptions, 'method'>,
): void {
  const others = server.supportedMethods.filter((method) => method !== documented && method !== 'HEAD');
  const head = documented === 'GET' ? [] : ['HEAD'];
  server.route({ ...route, method: documented });
  server.route({ ...route, method: [...others, ...head], schema: { hide: true } });
}

/** The two endpoints of the original. */
function addScraperRoutes(server: FastifyInstance, { scraper }: ApiParts, options: ApiOptions): void {
  addForAllMethods(server, 'GET', {
    url: '/status',
    schema: { summary: 'Get scraper status', response: { 200: statusSchema, 503: statusSchema, 403: errorSchema } },
    handler: async (request, reply) => {
      checkHost(request, options.domain);
      checkQuery(request);
      return scraper.running
        ? reply.send({ ok: true, message: 'Scrape process is running' })
        : reply.code(503).send({ ok: false, message: 'No scrape process is running' });
    },
  });
  addForAllMethods(server, 'POST', {
    url: '/scrape',
    schema: {
      summary: 'Start scrape',
      description: 'Must be POSTed. Scrapes all projects of the agent, whatever the preflight checks say.',
      response: { 201: startedSchema, 400: errorSchema, 403: errorSchema, 500: errorSchema, 503: errorSchema },
    },
    handler: async (request, reply) => {
      checkHost(request, options.domain);
      checkQuery(request);
      checkForm(request);
      if (request.method !== 'POST') {
        throw new ApiError(400, 'Must be POSTed');
      }
      await checkStart(await scraper.start('--skip'));
      return reply.code(201).send({ ok: true });
    },
  });
}

function addOwnRoutes(server: FastifyInstance, { metrics }: ApiParts, options: ApiOptions): void {
  server.get('/healthz', {
    schema: { summary: 'Whether the agent is alive', response: { 200: healthSchema } },
    handler: async () => ({ ok: true, version: options.version }),
  });
  server.get('/metrics', {
    schema: { summary: 'Metrics for Prometheus, as text' },
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  });
  server.get('/openapi.json', { schema: { hide: true }, handler: async () => server.swagger() });
}

function addMethods(server: FastifyInstance): void {
  for (const method of METHODS) {
    if (!server.supportedMethods.includes(method) && method !== 'CONNECT') {
      server.addHttpMethod(method, { hasBody: true });
    }
  }
}

/** The agent's own web API: `/status` and `/scrape` as the original has them, and what watches over a service. */
export async function createApi(parts: ApiParts, options: ApiOptions): Promise<FastifyInstance> {
  const server = Fastify({
    logger: false,
    bodyLimit: maximumBody,
    routerOptions: { ignoreTrailingSlash: true },
    requestTimeout: 30_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
    forceCloseConnections: true,
    clientErrorHandler: refuseConnections((status, text) => ({
      type: 'application/json',
      body: JSON.stringify(errorBody(new ApiError(status, text), options)),
    })),
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  addMethods(server);
  addErrors(server, options);
  await server.register(fastifySwagger, {
    openapi: { info: { title: 'Scraper API', description: 'Web API of the agent.', version: options.version } },
    transform: jsonSchemaTransform,
  });
  await server.register(async (scope) => {
    addScraperRoutes(scope, parts, options);
    addOwnRoutes(scope, parts, options);
  });
  await server.ready();
  return server;
}
