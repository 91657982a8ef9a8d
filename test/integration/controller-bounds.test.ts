import https from 'node:https';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControllerWorld, createWorld } from '../doubles/controller-world.js';
import { listen, sendOverTls } from '../doubles/transcript.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const paths = ['access', 'agent', 'encrypt', 'export', 'log', 'version'].map((name) => `/auth/${name}.py`);

let world: ControllerWorld;
let port: number;

beforeEach(async () => {
  world = await createWorld({ limits: { handshake: 1000, headers: 1000, request: 2000, idle: 1000 } });
  port = await listen(world);
});

afterEach(() => world[Symbol.asyncDispose]());

/** Sends bytes, and collects what comes until the server closes. */
async function sendRaw(text: string): Promise<string> {
  const socket = await open();
  socket.write(text);
  return readAll(socket);
}

function open(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca: world.certificate });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

function readAll(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

describe('bodies', () => {
  it.each(['agent', 'export', 'log', 'status'])('of 10 MB are too large for %s.py', async (name) => {
    const body = `message=${'x'.repeat(10 * 1024 * 1024)}`;
    const answer = await sendOverTls(world, 'POST', `/auth/${name}.py?project=TEST`, FORM, body);
    expect(answer).toMatchObject({
      status: 413,
      type: 'text/plain',
      body: expect.stringMatching(/^Request body is too large.*\n$/),
    });
  });

  it('of 10 MB in many parts are too large too', async () => {
    const part = `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${'x'.repeat(900_000)}\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const answer = await sendOverTls(
      world,
      'POST',
      '/auth/log.py?project=TEST',
      headers,
      `${part.repeat(11)}--b--\r\n`,
    );
    expect(answer.status).toBe(413);
  });

  it('of more than 1000 fields are refused', async () => {
    const answer = await sendOverTls(world, 'POST', '/auth/log.py?project=TEST', FORM, 'a=b&'.repeat(1001));
    expect(answer).toMatchObject({ status: 400, body: 'At most 1000 fields may be specified\n' });
  });

  it.each([
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=', 'x'],
    ['multipart/form-data; boundary=b', 'x'],
    ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="message"\r\n\r\nx'],
    ['multipart/form-data; boundary=b', '--b\r\n\r\nx\r\n--b--\r\n'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b--\r\n',
    ],
  ])('of type %s that are malformed, %j, are refused', async (type, body) => {
    const answer = await sendOverTls(world, 'POST', '/auth/log.py?project=TEST', { 'content-type': type }, body);
    expect(answer).toMatchObject({ status: 400, type: 'text/plain' });
  });

  it('in parts are read as fields', async () => {
    const body = '--b\r\nContent-Disposition: form-data; name="message"\r\n\r\nhello\r\n--b--\r\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const answer = await sendOverTls(world, 'POST', '/auth/log.py?project=TEST', headers, body);
    expect(answer).toMatchObject({ status: 202, body: '' });
  });

  it.each(['application/json', 'text/plain', 'application/octet-stream', 'nonsense'])(
    'of type %s are refused',
    async (type) => {
      const answer = await sendOverTls(world, 'POST', '/auth/export.py?project=TEST', { 'content-type': type }, '{}');
      expect(answer).toMatchObject({ status: 415, type: 'text/plain' });
    },
  );
});

describe('requests', () => {
  it.each(
    paths.flatMap((path) =>
      ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'].map((method) => [method, path] as const),
    ),
  )('by %s to %s are refused', async (method, path) => {
    expect(await sendOverTls(world, method, path)).toMatchObject({ status: 405, type: 'text/plain' });
  });

  it.each(['/', '/auth/', '/auth/agent.py/x', '/AUTH/agent.py', '/auth/../etc/passwd', '/auth/agent.py%00'])(
    'for %s find nothing',
    async (path) => {
      expect(await sendOverTls(world, 'GET', path)).toMatchObject({
        status: 404,
        type: 'text/plain',
        body: 'No such path\n',
      });
    },
  );

  it.each(['/%', '/auth/%zz', '/auth/status.py%'])('for the malformed path %s are refused', async (path) => {
    expect(await sendOverTls(world, 'GET', path)).toMatchObject({ status: 400, type: 'text/plain' });
  });

  it('may have malformed escapes in the query, which stand for themselves', async () => {
    const answer = await sendOverTls(world, 'GET', '/auth/status.py?project=%zz%');
    expect(answer).toMatchObject({ status: 400, body: expect.stringMatching(/^Project key must be/) });
  });

  it('may name the whole URL, as the log handler of original agents does', async () => {
    const path = 'https://controller.example.org/auth/log.py?project=TEST';
    expect(await sendOverTls(world, 'POST', path, FORM, 'message=x')).toMatchObject({ status: 202 });
  });

  it('by HEAD have no body, and change nothing', async () => {
    expect(await sendOverTls(world, 'HEAD', '/auth/access.py')).toMatchObject({ status: 200, body: '' });
    expect(await sendOverTls(world, 'HEAD', '/auth/export.py?project=TEST')).toMatchObject({ status: 405, body: '' });
    expect(await sendOverTls(world, 'HEAD', '/auth/log.py?project=TEST&message=x')).toMatchObject({ status: 405 });
  });

  it('that are no HTTP are cut off', async () => {
    expect(await sendRaw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(`GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('whose headers or bodies come too slowly are cut off', async () => {
    const [headers, body] = await Promise.all([
      sendRaw('GET /auth/access.py HTTP/1.1\r\nHost: x\r\n'),
      sendRaw('POST /auth/log.py?project=TEST HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nm'),
    ]);
    expect(headers).toMatch(/^HTTP\/1\.1 408 /);
    expect(body).toMatch(/^HTTP\/1\.1 (?:408|415) /);
  });

  it('beyond 32 at once from one address are refused, and those after them are not', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.store.ping = () => held;
    const busy = Array.from({ length: 32 }, () => sendOverTls(world, 'GET', '/healthz'));
    await expect
      .poll(() => sendOverTls(world, 'GET', '/auth/access.py'))
      .toMatchObject({ status: 429, type: 'text/plain' });
    release();
    expect((await Promise.all(busy)).map(({ status }) => status)).toEqual(busy.map(() => 200));
    await expect.poll(() => sendOverTls(world, 'GET', '/auth/access.py')).toMatchObject({ status: 200 });
  });

  it('on more than 128 connections from one address are cut off', async () => {
    const sockets = await Promise.allSettled(Array.from({ length: 140 }, open));
    const opened = sockets.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(opened.length).toBeLessThanOrEqual(128);
    expect(opened.length).toBeGreaterThan(100);
    for (const socket of opened) {
      socket.destroy();
    }
  });
});

describe('answers', () => {
  it('have security headers, also where they are errors', async () => {
    for (const path of ['/auth/access.py', '/nothing', '/auth/status.py']) {
      const headers = await headersOf(path);
      expect(headers).toMatchObject({
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
    }
  });

  function headersOf(path: string): Promise<NodeJS.Dict<string | string[]>> {
    return new Promise((resolve, reject) => {
      https
        .get({ host: '127.0.0.1', port, path, ca: world.certificate }, (response) => {
          response.resume();
          resolve(response.headers);
        })
        .on('error', reject);
    });
  }

  it('are logged without the query, which may hold a name', async () => {
    await sendOverTls(world, 'GET', '/auth/encrypt.py?value=jan@example.org');
    const log = world.logLines.join('\n');
    expect(log).toContain('/auth/encrypt.py');
    expect(log).not.toContain('jan');
  });

  it('tell nothing of what broke inside', async () => {
    world.store.ping = () => Promise.reject(new TypeError('secret detail'));
    const answer = await sendOverTls(world, 'GET', '/healthz');
    expect(answer).toMatchObject({ status: 503, type: 'text/plain' });
    expect(answer.body).not.toContain('secret');
    expect(world.logLines.join('\n')).toContain('secret detail');
  });

  it('of /healthz follow the database and the other parts', async () => {
    expect(await sendOverTls(world, 'GET', '/healthz')).toMatchObject({
      status: 200,
      body: '{"ok": true, "stopped": []}\n',
    });
    world.store.down = true;
    world.stopped.push('ssh');
    const answer = await sendOverTls(world, 'GET', '/healthz');
    expect(answer).toMatchObject({ status: 503, body: '{"ok": false, "stopped": ["database", "ssh"]}\n' });
  });

  it('of /metrics count requests by route, and no path that a caller made up', async () => {
    await sendOverTls(world, 'GET', '/auth/access.py');
    await sendOverTls(world, 'GET', '/made-up');
    const { body, type } = await sendOverTls(world, 'GET', '/metrics');
    expect(type).toMatch(/^text\/plain; version=/);
    expect(body).toContain('gatherer_controller_requests_total{route="/auth/access.py",method="GET",status="200"} 1');
    expect(body).not.toContain('made-up');
  });

  it('of /auth/host-keys give the keys of the SSH server', async () => {
    const { body } = await sendOverTls(world, 'GET', '/auth/host-keys');
    expect(JSON.parse(body)).toEqual({ host_keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE'], port: 22 });
  });
});
