import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { AnswerCache } from '../../src/http/answer-cache.js';
import { AccessError, type ApiClient } from '../../src/http/api.js';
import { ApiConnections } from '../../src/http/connections.js';
import { HttpError } from '../../src/http/errors.js';
import { FileSink } from '../../src/http/file-sink.js';
import { startScript } from '../servers/script.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

const item = z.object({ id: z.number() });

interface Served {
  readonly base: URL;
  /** Path and query of each request. */
  readonly asked: string[];
  readonly most: () => number;
}

type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A server that answers after a moment, so that requests meet. */
async function serve(answer: Answer): Promise<Served> {
  const asked: string[] = [];
  let underWay = 0;
  let most = 0;
  const { url } = await startScript((request, response) => {
    asked.push(request.url ?? '');
    const number = asked.length;
    underWay += 1;
    most = Math.max(most, underWay);
    response.once('close', () => {
      underWay -= 1;
    });
    setTimeout(() => answer(request, response, number), 30);
  });
  return { base: new URL(`${url}/api/`), asked, most: () => most };
}

function open(base: URL, progress: string[] = [], total = 10_000, cacheFolder?: string): ApiClient {
  const connections = new ApiConnections({
    version: '1',
    environment: {},
    log: silentLogger,
    signal: new AbortController().signal,
    concurrency: 4,
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
    patience: { firstPause: 5, failures: 4, total },
  });
  onTestFinished(() => connections.close());
  return connections.open({
    name: 'the forge',
    base,
    account: 'token',
    headers: { 'private-token': 'hunter2' },
    remedy: (status) => (status === 401 ? 'renew some_token' : 'widen some_token'),
    onProgress: (text) => progress.push(text),
  });
}

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.setHeader('content-type', 'application/json');
  for (const [name, text] of Object.entries(headers)) response.setHeader(name, text);
  response.end(JSON.stringify(value));
}

/** Ten pages of two items. */
function page(request: IncomingMessage): { readonly number: number; readonly items: unknown[] } {
  const number = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 1);
  return { number, items: [{ id: number * 2 - 1 }, { id: number * 2 }] };
}

async function idsOf(client: ApiClient, path = 'items'): Promise<readonly number[]> {
  const ids: number[] = [];
  for await (const { id } of client.pages(path, item)) ids.push(id);
  return ids;
}

const twenty = Array.from({ length: 20 }, (_, index) => index + 1);

it('asks for pages side by side where their number is known, and gives their items in order', async () => {
  const { base, asked, most } = await serve((request, response) =>
    json(response, page(request).items, { 'x-total-pages': '10' }),
  );
  expect(await idsOf(open(base))).toEqual(twenty);
  expect(asked.length).toBe(10);
  expect(most()).toBe(4);
});

it('knows the number of pages from a link to the last one', async () => {
  const { base, most } = await serve((request, response) =>
    json(response, page(request).items, { link: '<https://elsewhere.example/x?page=10>; rel="last"' }),
  );
  expect(await idsOf(open(base))).toEqual(twenty);
  expect(most()).toBe(4);
});

it('follows links to the next page, on the server that it was told of', async () => {
  const { base, asked } = await serve((request, response) => {
    const { number, items } = page(request);
    const link = `<https://elsewhere.example/other?page=${number + 1}&cursor=a%2Fb>; rel="next"`;
    json(response, items, number < 10 ? { link } : {});
  });
  expect(await idsOf(open(base))).toEqual(twenty);
  expect(asked[1]).toBe('/api/items?page=2&cursor=a%2Fb');
});

it('asks for a bounded number of pages ahead, and for none after its reader has left', async () => {
  const { base, asked } = await serve((request, response) =>
    json(response, page(request).items, { 'x-total-pages': '1000' }),
  );
  for await (const { id } of open(base).pages('items', item, { lookAhead: 3 })) if (id === 2) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked.length).toBe(1);
  for await (const { id } of open(base).pages('items', item, { lookAhead: 3 })) if (id === 4) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked.length).toBeLessThanOrEqual(1 + 1 + 3);
});

it('leaves out a malformed item alone', async () => {
  const { base } = await serve((_, response) => json(response, [{ id: 1 }, { id: 'two' }, null, { id: 4 }]));
  expect(await idsOf(open(base))).toEqual([1, 4]);
});

it.each<readonly [string, Answer]>([
  ['status 503', (_, response) => response.writeHead(503).end()],
  ['status 502', (_, response) => response.writeHead(502).end()],
  ['status 500', (_, response) => response.writeHead(500).end()],
  ['status 429', (_, response) => response.writeHead(429, { 'retry-after': '0' }).end()],
  ['a cut connection', (request) => request.socket.destroy()],
  [
    'a body that is shorter than announced',
    (request, response) => {
      response.writeHead(200, { 'content-length': '100', 'content-type': 'application/json' });
      response.write('[{"id":1}', () => request.socket.destroy());
    },
  ],
  [
    'JSON that does not end',
    (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[{"id":'),
  ],
])('tries again after %s', async (_, fail) => {
  const { base, asked } = await serve((request, response, number) => {
    if (number < 3) fail(request, response, number);
    else json(response, [{ id: 7 }]);
  });
  expect(await idsOf(open(base))).toEqual([7]);
  expect(asked.length).toBe(3);
});

it('gives up in the end, and changes nothing twice', async () => {
  const { base, asked } = await serve((_, response) => response.writeHead(503).end());
  await expect(open(base).getJson('x', item)).rejects.toMatchObject({ failure: 'status', status: 503 });
  expect(asked.length).toBe(5);
  await expect(open(base).sendJson('POST', 'x', item, { json: {} })).rejects.toMatchObject({ status: 503 });
  expect(asked.length).toBe(6);
});

it('waits for as long as the server asks, says so, and counts that as no failure', async () => {
  const progress: string[] = [];
  const { base } = await serve((_, response, number) => {
    if (number === 1) response.writeHead(429, { 'retry-after': '1' }).end();
    else json(response, { id: 1 });
  });
  const started = performance.now();
  expect(await open(base, progress).getJson('x', item)).toEqual({ id: 1 });
  expect(performance.now() - started).toBeGreaterThan(990);
  expect(progress[0]).toMatch(/^waiting 1\.0 s for the forge: too many requests$/);
});

it('holds back where nothing is left of the rate, before it is refused', async () => {
  const { base, asked } = await serve((_, response) => {
    const reset = String(Math.ceil(Date.now() / 1000) + 1);
    json(response, { id: 1 }, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
  });
  const client = open(base);
  await client.getJson('x', item);
  const started = performance.now();
  await client.getJson('y', item);
  expect(performance.now() - started).toBeGreaterThan(900);
  expect(asked.length).toBe(2);
});

it('does not wait longer than it may', async () => {
  const { base } = await serve((_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
  await expect(open(base, [], 2_000).getJson('x', item)).rejects.toMatchObject({ status: 429 });
});

it.each([
  [401, 'renew some_token'],
  [403, 'widen some_token'],
])('names what mends a status %i, and no token', async (status, remedy) => {
  const { base, asked } = await serve((_, response) => response.writeHead(status).end());
  const failure = await open(base)
    .getJson('x', item, { query: { q: 'hidden' } })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AccessError);
  expect(String(failure)).toContain(remedy);
  expect(String(failure)).not.toMatch(/hunter2|hidden/);
  expect(asked.length).toBe(1);
});

it.each(['../secret', '//elsewhere.example/x', 'https://elsewhere.example/'])(
  'asks nothing outside of the API: %s',
  (path) => {
    expect(() => open(new URL('http://127.0.0.1:1/api/')).url(path)).toThrow(HttpError);
  },
);

it.each([301, 302, 307, 308])('goes to where something has moved, by status %i', async (status) => {
  const { base, asked } = await serve((request, response) => {
    const isNew = (request.url ?? '').startsWith('/api/new');
    if (isNew) json(response, { id: 1 });
    else response.writeHead(status, { location: 'https://elsewhere.example/api/new?id=3' }).end();
  });
  expect(await open(base).getJson('old', item)).toEqual({ id: 1 });
  expect(asked).toEqual(['/api/old', '/api/new?id=3']);
});

it.each(['/elsewhere', 'https://127.0.0.1:1//api/', '/api/../login', 'mailto:a@example.org', ''])(
  'does not follow %j, which is no part of the API',
  async (location) => {
    const { base, asked } = await serve((_, response) => response.writeHead(302, { location }).end());
    await expect(open(base).getJson('old', item)).rejects.toMatchObject({ status: 302 });
    expect(asked.length).toBe(1);
  },
);

it('does not go round in circles, and moves no change', async () => {
  const { base, asked } = await serve((_, response) => response.writeHead(307, { location: '/api/old' }).end());
  await expect(open(base).getJson('old', item)).rejects.toMatchObject({ status: 307 });
  expect(asked.length).toBe(4);
  await expect(open(base).sendJson('POST', 'old', item, { json: {} })).rejects.toMatchObject({ status: 307 });
  expect(asked.length).toBe(5);
});

it('stays on the server of the API where an address looks like another one', async () => {
  const { base, asked } = await serve((request, response) => {
    if (request.url === '/old') response.writeHead(302, { location: '/x/..//elsewhere.example/x' }).end();
    else json(response, { id: 1 });
  });
  expect(await open(new URL('/', base)).getJson('old', item)).toEqual({ id: 1 });
  expect(asked).toEqual(['/old', '//elsewhere.example/x']);
});

it('keeps an answer that has a tag, and asks whether it has changed', async () => {
  let tag = '"one"';
  const statuses: number[] = [];
  const { base } = await serve((request, response) => {
    const isKnown = request.headers['if-none-match'] === tag;
    statuses.push(isKnown ? 304 : 200);
    if (isKnown) response.writeHead(304).end();
    else json(response, [{ id: tag.length }], { etag: tag });
  });
  const folder = path.join(temporaryFolder(), 'answers');
  const ids: number[] = [];
  for (const next of ['"one"', '"one"', '"other"']) {
    tag = next;
    for await (const { id } of open(base, [], 10_000, folder).pages('items', item, { conditional: true })) ids.push(id);
  }
  expect(ids).toEqual([5, 5, 7]);
  expect(statuses).toEqual([200, 304, 200]);
  const [file = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
  expect(readFileSync(path.join(folder, file), 'utf8')).not.toContain('hunter2');
  writeFileSync(path.join(folder, file), 'damaged');
  expect(await open(base, [], 10_000, folder).getJson('items', z.array(item), { conditional: true })).toHaveLength(1);
});

it('keeps a bounded number of answers, the newest', async () => {
  const folder = temporaryFolder();
  for (const [index, name] of ['c', 'a', 'b'].entries()) {
    writeFileSync(path.join(folder, name), '');
    utimesSync(path.join(folder, name), index, index);
  }
  await new AnswerCache(folder).prune(2);
  expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
});

it('sends what another format takes, and gives the answer as it is', async () => {
  const { base } = await serve(async (request, response) => {
    const body = (await request.toArray()).join('');
    response.end(`${request.method} ${request.headers['content-type']} ${request.headers['x-own']} ${body}`);
  });
  const body = { type: 'application/xml', text: '<propfind/>' };
  const listed = await open(base).send('PROPFIND', 'x', { body, headers: { 'x-own': 'a' } });
  expect(listed.text).toBe('PROPFIND application/xml a <propfind/>');
  const sent = await open(base).send('POST', 'x', { form: { q: 'é' } });
  expect(sent.text).toBe('POST application/x-www-form-urlencoded undefined q=%C3%A9');
});

it('downloads a file, from its beginning after a failure', async () => {
  const content = Buffer.alloc(200_000, 'not the same as before');
  const { base, asked } = await serve((request, response, number) => {
    if (number === 1) return response.writeHead(503).end('busy');
    response.writeHead(200, { 'content-length': String(content.length) });
    if (number > 2) return response.end(content);
    return response.write(content.fill('x', 0, 9).subarray(0, 100_000), () => request.socket.destroy());
  });
  const file = path.join(temporaryFolder(), 'file');
  const size = await FileSink.fill(file, content.length, (sink) => open(base).download('file', sink));
  expect(size).toBe(content.length);
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(asked.length).toBe(3);
});

it('does not download more than it may, nor over a file that is there', async () => {
  const { base, asked } = await serve((_, response) => response.end('0123456789'));
  const file = path.join(temporaryFolder(), 'file');
  const fill = (most: number) => FileSink.fill(file, most, (sink) => open(base).download('file', sink));
  await expect(fill(9)).rejects.toMatchObject({ failure: 'too-large' });
  await expect(fill(10)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(asked.length).toBe(1);
});
