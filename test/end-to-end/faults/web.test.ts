import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporarySuiteFolder } from '../../temporary-folder.js';
import { ControllerProcess } from '../support/controller.js';
import { type Started, startGatherer } from '../support/gatherer.js';
import { type RawServer, sendRaw, statusOf } from '../support/raw-http.js';

const folder = temporarySuiteFolder();
let controller: ControllerProcess;
let agent: Started;
let agentPort = 0;

beforeAll(async () => {
  controller = await ControllerProcess.start({ folder: join(folder, 'controller'), projects: ['TEST'] });
  const place = join(folder, 'agent');
  mkdirSync(place);
  agent = startGatherer(['agent', '--port', '0'], {
    folder: place,
    environment: { CRON_PERIOD: 'monthly', JIRA_KEY: '-', SSH_HOST: '-' },
  });
  for (let match = null; match === null; await sleep(20)) {
    match = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(agent.output());
    if (agent.child.exitCode !== null) throw new Error(agent.output());
    agentPort = Number(match?.[1] ?? 0);
  }
});

afterAll(async () => {
  agent.child.kill();
  expect(await agent.ended).toMatchObject({ code: 0 });
  expect(await controller.stop()).toMatchObject({ code: 0 });
});

const kinds = ['controller', 'agent'] as const;
type Kind = (typeof kinds)[number];

const serverOf = (kind: Kind): RawServer =>
  kind === 'controller' ? { port: controller.port, tls: true } : { port: agentPort, tls: false };
const pathOf = (kind: Kind): string => (kind === 'controller' ? '/auth/agent.py?project=TEST&agent=TEST' : '/scrape');
const head = (first: string, ...lines: readonly string[]): string =>
  `${[`${first} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`;

interface Case {
  readonly name: string;
  readonly parts: (path: string) => readonly (string | Buffer)[];
  readonly statuses: Readonly<Record<Kind, readonly number[]>>;
}

const body = Buffer.alloc(10 * 1024 * 1024, 'a');
const form = 'Content-Type: application/x-www-form-urlencoded';
const multipart = 'Content-Type: multipart/form-data; boundary=x';

const cases: readonly Case[] = [
  {
    name: 'a body of 10 MB',
    parts: (path) => [head(`POST ${path}`, form, `Content-Length: ${body.length}`), body],
    statuses: { controller: [413], agent: [413] },
  },
  {
    name: 'a body of 10 MB without a length',
    parts: (path) => [
      head(`POST ${path}`, form, 'Transfer-Encoding: chunked'),
      `${body.length.toString(16)}\r\n`,
      body,
      '\r\n0\r\n\r\n',
    ],
    statuses: { controller: [413], agent: [413] },
  },
  {
    name: 'a multipart body of 10 MB',
    parts: (path) => [
      head(`POST ${path}`, multipart, `Content-Length: ${body.length + 70}`),
      '--x\r\nContent-Disposition: form-data; name="public_key"\r\n\r\n'.padEnd(70, 'a'),
      body,
    ],
    statuses: { controller: [413, 400], agent: [413] },
  },
  {
    name: 'a multipart body that ends half-way',
    parts: (path) => [
      head(`POST ${path}`, multipart, 'Content-Length: 30'),
      '--x\r\nContent-Disposition: for'.padEnd(30, '-'),
    ],
    // The agent reads no multipart bodies, and a scrape without a project does not start.
    statuses: { controller: [400], agent: [500] },
  },
  {
    name: 'multipart without a boundary',
    parts: (path) => [head(`POST ${path}`, 'Content-Type: multipart/form-data', 'Content-Length: 2'), '--'],
    statuses: { controller: [400], agent: [500] },
  },
  {
    name: 'an unknown method',
    parts: (path) => [head(`BREW ${path}`)],
    statuses: { controller: [400], agent: [400] },
  },
  {
    name: 'a method that nobody expects',
    parts: (path) => [head(`PROPFIND ${path}`)],
    statuses: { controller: [404, 405], agent: [400] },
  },
  {
    name: 'malformed percent-encoding',
    parts: () => [head('GET /auth/%zz%')],
    statuses: { controller: [400], agent: [400, 404] },
  },
  {
    name: 'malformed percent-encoding in the query',
    parts: (path) => [head(`POST ${path.split('?')[0]}?project=%zz%`, 'Content-Length: 0')],
    statuses: { controller: [400, 404], agent: [404] },
  },
  {
    name: 'a path that leaves the root',
    parts: () => [head('GET /auth/../../etc/passwd')],
    statuses: { controller: [404], agent: [404] },
  },
  {
    name: 'headers of 1 MB',
    parts: (path) => [head(`GET ${path}`, `X-Long: ${'a'.repeat(1024 * 1024)}`)],
    statuses: { controller: [431], agent: [431] },
  },
  {
    name: 'what is no HTTP',
    parts: () => ['\u0000\u0001\u0002 hello\r\n\r\n'],
    statuses: { controller: [400], agent: [400] },
  },
];

describe.concurrent.each(kinds)('the web API of the %s', (kind) => {
  it.each(cases)('refuses $name in few words, and serves on', async ({ parts, statuses }) => {
    const answer = await sendRaw(serverOf(kind), parts(pathOf(kind)));
    expect(statuses[kind], answer.slice(0, 500)).toContain(statusOf(answer));
    expect(answer).not.toMatch(/\n +at |node_modules|\/src\//);
    expect(statusOf(await sendRaw(serverOf(kind), [head('GET /healthz')]))).toBe(200);
  });

  it('gives up on headers that do not come to an end, and serves others meanwhile', async () => {
    const started = performance.now();
    const slow = sendRaw(serverOf(kind), [`GET ${pathOf(kind)} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: `]);
    expect(statusOf(await sendRaw(serverOf(kind), [head('GET /healthz')]))).toBe(200);
    expect(statusOf(await slow)).toBe(408);
    expect(performance.now() - started).toBeLessThan(25_000);
  });
});

describe('the SSH port of the controller', () => {
  it('closes a connection that speaks HTTP', async () => {
    const socket = connect(controller.sshPort, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    const closed = once(socket, 'close');
    socket.write(head('GET /'));
    await closed;
  });
});

describe('both processes', () => {
  it('have logged no stack', () => {
    for (const output of [controller.output(), agent.output()]) expect(output).not.toMatch(/\\n +at /);
  });
});
