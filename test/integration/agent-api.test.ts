import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type ApiOptions, createApi } from '../../src/agent/api.js';
import { Metrics } from '../../src/agent/metrics.js';
import type { ProjectReport } from '../../src/agent/report.js';
import { type RunningScrape, ScrapeConflict } from '../../src/agent/scraper.js';
import { ConfigError } from '../../src/config/errors.js';
import { silentLogger } from '../silent-logger.js';
import { readWire } from '../wire.js';

const caseSchema = z.object({
  name: z.string(),
  state: z.string(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    host: z.string().nullable(),
    body: z.string().optional(),
    content_type: z.string().optional(),
  }),
  response: z.object({ status: z.number(), headers: z.record(z.string(), z.string()), json: z.unknown().optional() }),
});
const { cases } = z.object({ cases: z.array(caseSchema) }).parse(readWire('scraper-api'));
type ApiCase = z.output<typeof caseSchema>;

function report(code: number): ProjectReport {
  return { project: 'TEST', code, seconds: 1, steps: [] };
}

/** A scraper that is in the state that a case describes in words. */
class StateOfCase {
  readonly starts: (string | undefined)[] = [];

  constructor(private readonly state: string) {}

  get running(): boolean {
    return this.state.startsWith('a scrape runs');
  }

  async start(preflightArguments?: string): Promise<RunningScrape> {
    if (this.running) {
      throw new ScrapeConflict('Another scrape process is already running');
    }
    if (this.state.includes('does not exist')) {
      throw new ConfigError('JIRA_KEY', 'is not set');
    }
    this.starts.push(preflightArguments);
    const atOnce = /ends with code (\d)/.exec(this.state)?.[1];
    const later = new Promise<readonly ProjectReport[]>(() => undefined);
    return { reports: atOnce === undefined ? later : Promise.resolve([report(Number(atOnce))]) };
  }
}

async function startApi(state: string, changes: Partial<ApiOptions> = {}) {
  const scraper = new StateOfCase(state);
  const metrics = new Metrics(() => scraper.running);
  const options = {
    domain: /--domain (\S+)/.exec(state)?.[1],
    debug: state.includes('--debug'),
    version: state.includes('VERSION') ? `1.0.0-main-${'0123456789abcdef'.repeat(2)}01234567` : '1.0.0',
    log: silentLogger,
    ...changes,
  };
  const server = await createApi({ scraper, metrics }, options);
  await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const address = server.server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { scraper, metrics, port };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(
  port: number,
  { method, path, host, body, content_type: type }: ApiCase['request'],
): Promise<Answer> {
  const headers = { ...(host === null ? {} : { host }), ...(type === undefined ? {} : { 'content-type': type }) };
  const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers, setHost: host !== null, agent: false });
  const responding = once(sent, 'response');
  sent.on('error', () => undefined);
  sent.end(body);
  const [response] = await responding;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** NOTES 11: the original checks the host of /scrape only. */
const differences: Readonly<Record<string, { status: number; message: string }>> = {
  'domain-status-wrong-host': { status: 403, message: 'Invalid Host header' },
};

describe('web API of the agent on the wire', () => {
  it.each(cases.map((wire) => [wire.name, wire] as const))('%s', async (name, wire) => {
    const { scraper, port } = await startApi(wire.state);
    const answer = await ask(port, wire.request);
    const difference = differences[name];
    expect(answer.status).toBe(difference?.status ?? wire.response.status);
    if (wire.request.host === null) {
      return;
    }
    expect(answer.headers['content-type']).toBe(wire.response.headers['Content-Type']);
    expect(answer.headers.server).toBe(wire.response.headers['Server']?.replace(/ ?CherryPy.*/, ''));
    const own: unknown = answer.body === '' ? undefined : JSON.parse(answer.body);
    const errorSchema = z.object({
      error: z.object({ message: z.string(), traceback: z.unknown() }),
      version: z.unknown(),
    });
    if (difference !== undefined) {
      expect(own).toMatchObject({ ok: false, error: { message: difference.message } });
    } else if (name === 'script-missing') {
      // There is no script that could be missing: what keeps a scrape from its start is told in its place.
      expect(own).toMatchObject({ ok: false, error: { status: '500 Internal Server Error', traceback: null } });
    } else if (name.startsWith('debug') && name !== 'debug-status') {
      const { error, version } = errorSchema.parse(own);
      expect(error.message).toBe(errorSchema.parse(wire.response.json).error.message);
      expect(error.traceback).toMatch(/at /);
      expect(version).toHaveProperty('gros-data-gathering-agent');
    } else {
      expect(own).toEqual(wire.response.json);
    }
    const started = wire.response.status === 201 || name.startsWith('script-fails');
    expect(scraper.starts).toEqual(started ? ['--skip'] : []);
  });
});

describe('web API of the agent beyond the original', () => {
  const local = { host: 'localhost', body: undefined, content_type: undefined };

  it('answers a scrape request long before the scrape ends', async () => {
    const { port } = await startApi('');
    const before = performance.now();
    expect((await ask(port, { method: 'POST', path: '/scrape', ...local })).status).toBe(201);
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it('tells its health, metrics and OpenAPI document', async () => {
    const { port, metrics } = await startApi('');
    metrics.record({ ...report(0), steps: [] }, new Date(5_000));
    const health = await ask(port, { method: 'GET', path: '/healthz', ...local });
    expect(JSON.parse(health.body)).toEqual({ ok: true, version: '1.0.0' });
    const prometheus = await ask(port, { method: 'GET', path: '/metrics', ...local });
    expect(prometheus.headers['content-type']).toMatch(/^text\/plain/);
    expect(prometheus.body).toContain('gatherer_scrapes_total{project="TEST",outcome="success"} 1');
    expect(prometheus.body).toContain('gatherer_last_success_timestamp_seconds{project="TEST"} 5');
    const document = z
      .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(JSON.parse((await ask(port, { method: 'GET', path: '/openapi.json', ...local })).body));
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/status', '/scrape', '/healthz', '/metrics']));
    expect(Object.keys(document.paths['/status'] ?? {})).toEqual(['get']);
    expect(Object.keys(document.paths['/scrape'] ?? {})).toEqual(['post']);
  });

  it.each(['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x', 'text/plain'])(
    'refuses a body of 10 MB (%s)',
    async (content_type) => {
      const { port, scraper } = await startApi('');
      const body = 'x'.repeat(10_000_000);
      const answer = await ask(port, { method: 'POST', path: '/scrape', host: 'localhost', body, content_type });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { status: '413 Payload Too Large' } });
      expect(scraper.starts).toEqual([]);
    },
  );

  it.each(['PROPFIND', 'TRACE', 'PATCH', 'DELETE', 'OPTIONS'])('answers the method %s', async (method) => {
    const { port } = await startApi('');
    expect((await ask(port, { method, path: '/scrape', ...local })).status).toBe(400);
    expect((await ask(port, { method, path: '/status', ...local })).status).toBe(503);
    expect((await ask(port, { method, path: '/nothing', ...local })).status).toBe(404);
  });

  it.each([
    'FOO / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /status\r\n\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
    'GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ])('survives the request %j', async (bytes) => {
    const { port } = await startApi('');
    const socket = connect(port, '127.0.0.1');
    const answered = text(socket);
    socket.write(bytes);
    expect(await answered).toMatch(/^HTTP\/1\.1 [45]\d\d /);
    expect((await ask(port, { method: 'GET', path: '/status', ...local })).status).toBe(503);
  });

  it('keeps the reason of an unexpected failure to its log', async () => {
    const { port, scraper } = await startApi('');
    scraper.start = () => Promise.reject(new Error('secret detail'));
    const answer = await ask(port, { method: 'POST', path: '/scrape', ...local });
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret');
  });
});
