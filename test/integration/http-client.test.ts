import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Environment } from '../../src/config/environment.js';
import { HttpClient, type HttpLimits } from '../../src/http/client.js';
import { HttpError, type HttpFailure } from '../../src/http/errors.js';
import { makeCertificate, makeExpiredCertificate, startHttps } from '../servers/https.js';
import { temporaryFolder } from '../temporary-folder.js';

const identity = makeCertificate();
const quick: Partial<HttpLimits> = { connect: 1_000, headers: 300, body: 300, total: 3_000, size: 10_000 };

function pinned(certificate = identity.certificate, environment: Environment = {}, limits = quick): HttpClient {
  const certificateFile = path.join(temporaryFolder(), 'certificate.pem');
  writeFileSync(certificateFile, certificate);
  return closing(new HttpClient({ version: '1.2.3', environment, certificateFile, limits }));
}

function closing(client: HttpClient): HttpClient {
  onTestFinished(() => client.close());
  return client;
}

async function serve(listener: RequestListener, key = identity): Promise<URL> {
  const { port, close } = await startHttps(key, listener);
  onTestFinished(close);
  return new URL(`https://localhost:${port}/path?token=hidden`);
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function failureOf(client: HttpClient, url: URL): Promise<HttpError> {
  try {
    await client.request({ method: 'GET', url });
  } catch (error) {
    if (error instanceof HttpError) {
      expect(error.message).not.toMatch(/hidden|hunter2/);
      return error;
    }
    throw error;
  }
  throw new Error('the request succeeded');
}

async function expectFailure(client: HttpClient, url: URL, failure: HttpFailure): Promise<void> {
  const error = await failureOf(client, url);
  expect(error.message).not.toBe('');
  expect(error.failure).toBe(failure);
}

describe('TLS of the HTTP client', () => {
  it('accepts the self-signed certificate that it is pinned to, and says its version', async () => {
    const url = await serve((request, response) => response.end(request.headers['user-agent']));
    const answer = await pinned().request({ method: 'GET', url });
    expect([answer.status, answer.text]).toEqual([200, 'gatherer/1.2.3']);
  });

  it('refuses any other certificate', async () => {
    await expectFailure(
      pinned(makeCertificate().certificate),
      await serve((_, response) => response.end()),
      'self-signed',
    );
  });

  it('refuses a self-signed certificate without a pin, whatever Node.js is told', async () => {
    const url = await serve((_, response) => response.end());
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    onTestFinished(() => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    });
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    await expectFailure(closing(new HttpClient({ version: '1', environment, limits: quick })), url, 'self-signed');
    const client = new HttpClient({ version: '1', environment, certificateFile: '', limits: quick });
    await expectFailure(closing(client), url, 'self-signed');
  });

  it('refuses an expired certificate, even the one that it is pinned to', async () => {
    const expired = makeExpiredCertificate();
    await expectFailure(pinned(expired.certificate), await serve((_, response) => response.end(), expired), 'expired');
  });

  it('refuses a certificate for another name', async () => {
    const other = makeCertificate(['other.example.org']);
    await expectFailure(pinned(other.certificate), await serve((_, response) => response.end(), other), 'wrong-name');
  });

  it.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'never takes a certificate file with the contents %j for a reason to trust',
    async (contents) => {
      await expectFailure(pinned(contents), await serve((_, response) => response.end()), 'tls');
    },
  );

  it('names a certificate file that is not there', async () => {
    const certificateFile = path.join(temporaryFolder(), 'none.pem');
    const client = closing(new HttpClient({ version: '1', environment: {}, certificateFile }));
    const error = await failureOf(client, new URL('https://localhost:1/'));
    expect(error.message).toContain(certificateFile);
  });

  it('trusts the certificates of SSL_CERT_FILE besides those of the system', async () => {
    const file = path.join(temporaryFolder(), 'ca.pem');
    writeFileSync(file, identity.certificate);
    const client = closing(new HttpClient({ version: '1', environment: { SSL_CERT_FILE: file }, limits: quick }));
    expect((await client.request({ method: 'GET', url: await serve((_, response) => response.end()) })).status).toBe(
      200,
    );
  });
});

describe('failures of the HTTP client', () => {
  it('tells a refused connection and an unknown name', async () => {
    const port = await listen(createServer());
    const server = createServer();
    const closed = await listen(server);
    server.close();
    await once(server, 'close');
    expect(port).not.toBe(closed);
    await expectFailure(pinned(), new URL(`https://localhost:${closed}/`), 'refused');
    await expectFailure(pinned(), new URL('https://no-such-host.invalid/'), 'dns');
  });

  it('tells a server that does not answer', async () => {
    await expectFailure(pinned(), await serve(() => undefined), 'timeout');
  });

  it('tells a server that does not finish the handshake', async () => {
    const port = await listen(createServer(() => undefined));
    await expectFailure(pinned(), new URL(`https://localhost:${port}/`), 'timeout');
  });

  it('tells a server that stops half-way', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
    });
    await expectFailure(pinned(), url, 'timeout');
  });

  it('bounds the time of a server that drips', async () => {
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    });
    const before = performance.now();
    await expectFailure(pinned(identity.certificate, {}, { ...quick, total: 600 }), url, 'timeout');
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it.each([
    ['before the headers', 0],
    ['in the body', 4],
  ])('tells a connection that is cut %s', async (_name, bytes) => {
    const url = await serve((request, response) => {
      if (bytes > 0) {
        response.writeHead(200, { 'content-length': '100' });
        response.write('x'.repeat(bytes), () => request.socket.destroy());
      } else {
        request.socket.destroy();
      }
    });
    await expectFailure(pinned(), url, 'cut');
  });

  it('tells a port that does not speak TLS, and a server that does not speak HTTP', async () => {
    const plain = await listen(createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')));
    await expectFailure(pinned(), new URL(`https://localhost:${plain}/`), 'tls');
    const chatty = await listen(
      createServer((socket) => socket.once('data', () => socket.write('SSH-2.0-OpenSSH\r\n'))),
    );
    await expectFailure(pinned(), new URL(`http://localhost:${chatty}/`), 'protocol');
  });

  it('stops reading an answer that is too large', async () => {
    await expectFailure(pinned(), await serve((_, response) => response.end('x'.repeat(20_000))), 'too-large');
  });

  it('does not connect where the deny list forbids it', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const client = pinned(identity.certificate, { GATHERER_URL_BLACKLIST: 'https://localhost' });
    await expectFailure(client, url, 'denied');
    expect(requests).toBe(0);
  });

  it('rejects with the reason of its signal', async () => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort(new Error('stopped')));
    await expect(pinned().request({ method: 'GET', url, signal: controller.signal })).rejects.toThrow('stopped');
  });
});

describe('answers of the HTTP client', () => {
  const schema = z.object({ ok: z.boolean() });

  it.each([
    ['<!doctype html><p>Log in</p>', 'text/html', /HTML page/],
    ['{"ok": ', 'application/json', /is not JSON/],
    ['{"ok": "yes"}', 'application/json', /ok:/],
  ])('says what is wrong with %s', async (body, type, message) => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-type': type }).end(body));
    const answer = await pinned().request({ method: 'GET', url });
    expect(() => answer.json(schema)).toThrow(message);
  });

  it('quotes plain text of a refusal, and nothing that may hold secrets', async () => {
    const bodies = [
      ['Public key must be provided\nsecond line', 'text/plain'],
      ['{"salts": {"salt": "hidden"}}', 'application/json'],
    ] as const;
    let index = 0;
    const url = await serve((_, response) => {
      const [body, type] = bodies[index] ?? ['', ''];
      index += 1;
      response.writeHead(400, { 'content-type': type }).end(body);
    });
    const client = pinned();
    const texts = [await client.request({ method: 'GET', url }), await client.request({ method: 'GET', url })];
    expect(texts[0]?.statusError().message).toMatch(/^HTTP error 400 from .*\/path: Public key must be provided$/);
    expect(texts[1]?.statusError().message).toMatch(/^HTTP error 400 from .*\/path$/);
  });

  it('sends forms and JSON, over connections that stay open', async () => {
    const sockets = new Set<unknown>();
    const url = await serve(async (request, response) => {
      sockets.add(request.socket);
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      response.end(`${request.headers['content-type']} ${Buffer.concat(chunks)}`);
    });
    const client = pinned();
    const form = await client.request({ method: 'POST', url, form: { a: 'é&=', b: '' } });
    expect(form.text).toBe('application/x-www-form-urlencoded a=%C3%A9%26%3D&b=');
    const json = await client.request({ method: 'PUT', url, json: { a: 1 } });
    expect(json.text).toBe('application/json {"a":1}');
    for (let count = 0; count < 6; count += 1) {
      await client.request({ method: 'POST', url, form: {} });
    }
    expect(sockets.size).toBeLessThanOrEqual(2);
  });
});

describe('proxies of the HTTP client', () => {
  async function startProxy(status = 200) {
    const asked: string[] = [];
    const proxy = createHttpServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      response.end('by the proxy');
    });
    proxy.on('connect', (request, socket) => {
      asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        return;
      }
      const target = connect(Number(request.url?.split(':')[1]), '127.0.0.1');
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket).pipe(target);
      target.on('error', () => socket.destroy());
      socket.on('error', () => target.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const address: AddressInfo | string | null = proxy.address();
    return { asked, url: `http://user:hunter2@127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
  }

  it('tunnels https through it, with the certificate still verified', async () => {
    const { asked, url: proxy } = await startProxy();
    const url = await serve((_, response) => response.end('by the server'));
    const environment = { HTTPS_PROXY: proxy };
    expect((await pinned(identity.certificate, environment).request({ method: 'GET', url })).text).toBe(
      'by the server',
    );
    expect(asked).toEqual([`CONNECT ${url.host} Basic ${Buffer.from('user:hunter2').toString('base64')}`]);
    await expectFailure(pinned(makeCertificate().certificate, environment), url, 'self-signed');
  });

  it('passes http on to it', async () => {
    const { asked, url: proxy } = await startProxy();
    const url = new URL('http://upstream.invalid/x');
    expect((await pinned(identity.certificate, { HTTP_PROXY: proxy }).request({ method: 'GET', url })).text).toBe(
      'by the proxy',
    );
    expect(asked[0]).toMatch(/^GET http:\/\/upstream\.invalid\/x /);
  });

  it('tells a proxy that refuses, without its password', async () => {
    const { url: proxy } = await startProxy(407);
    const url = await serve((_, response) => response.end());
    const error = await failureOf(pinned(identity.certificate, { HTTPS_PROXY: proxy }), url);
    expect(error.failure).toBe('proxy');
    expect(error.message).toMatch(/through the proxy 127\.0\.0\.1:\d+/);
  });

  it('goes past it for hosts of NO_PROXY', async () => {
    const { asked, url: proxy } = await startProxy();
    const url = await serve((_, response) => response.end());
    await pinned(identity.certificate, { HTTPS_PROXY: proxy, NO_PROXY: 'localhost' }).request({ method: 'GET', url });
    expect(asked).toEqual([]);
  });
});
