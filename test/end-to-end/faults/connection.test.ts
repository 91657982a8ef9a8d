import { writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { KeyAndCertificate } from '../../../src/controller/tls/self-signed.js';
import { type HttpsServer, makeCertificate, makeExpiredCertificate, startHttps } from '../../servers/https.js';
import { temporarySuiteFolder } from '../../temporary-folder.js';
import { type Agent, makeAgent } from '../support/agent.js';
import { expectFailure } from '../support/failure.js';

const folder = temporarySuiteFolder();
const good = makeCertificate();
const secrets = '{"salts": {"salt": "hunter2", "pepper": "hunter2"}, "usernames": []}';
const html = '<!DOCTYPE html><title>Welcome</title>';
const servers: HttpsServer[] = [];
let agents = 0;

/** An agent with earlier secrets, tables and trackers, and its controller. */
async function agentOf(port: number, trusted: KeyAndCertificate = good): Promise<Agent> {
  agents += 1;
  const place = join(folder, `agent-${agents}`);
  const certificateFile = join(folder, `controller-${agents}.pem`);
  await writeFile(certificateFile, trusted.certificate);
  const controller = { port, certificateFile };
  const agent = await makeAgent({ folder: place, controller, project: 'TEST', repositories: {} });
  await writeFile(join(place, 'secrets.json'), secrets, { mode: 0o600 });
  await writeFile(join(agent.exported, 'data_tag.json'), '[]');
  await writeFile(join(agent.exported, 'latest_vcs_versions.json'), '{"app": "1"}');
  return agent;
}

async function serve(identity: KeyAndCertificate, listener: RequestListener): Promise<number> {
  const server = await startHttps(identity, listener);
  servers.push(server);
  return server.port;
}

interface Case {
  readonly name: string;
  readonly error: RegExp;
  readonly identity?: KeyAndCertificate;
  readonly trusted?: KeyAndCertificate;
  /** Not listening where it is absent. */
  readonly listener?: RequestListener;
}

const expired = makeExpiredCertificate();

const cases: readonly Case[] = [
  { name: 'is down', error: /https:\/\/127\.0\.0\.1:1\/auth.* the connection was refused; is the service running/ },
  {
    name: 'shows another certificate',
    trusted: makeCertificate(),
    listener: (_request, response) => response.end('{}'),
    error:
      /https:\/\/127\.0\.0\.1:\d+\/auth.*its certificate is self-signed and not.*; trusted is what .*controller-\d+\.pem holds/,
  },
  {
    name: 'shows a certificate that expired',
    identity: expired,
    trusted: expired,
    listener: (_request, response) => response.end('{}'),
    error: /https:\/\/127\.0\.0\.1:\d+\/auth.*its certificate has expired.*renew/,
  },
  {
    name: 'cuts the connection',
    listener: (request) => request.socket.destroy(),
    error: /the connection was cut before the answer was complete/,
  },
  {
    name: 'cuts its answer',
    listener: (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"total": {');
      setTimeout(() => request.socket.destroy(), 50);
    },
    error: /the connection was cut before the answer was complete/,
  },
  {
    name: 'answers with HTML',
    listener: (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html),
    error: /https:\/\/127\.0\.0\.1:\d+\/auth\/status\.py \(status 200\) is an HTML page instead of JSON; a proxy/,
  },
  {
    name: 'answers with HTML and 502, as a proxy before it does',
    listener: (_request, response) => response.writeHead(502, { 'content-type': 'text/html' }).end(html),
    error: /https:\/\/127\.0\.0\.1:\d+\/auth\/status\.py.*502/,
  },
  { name: 'does not answer', listener: () => undefined, error: /no answer within the time limit/ },
];

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

describe.concurrent('a controller that', () => {
  it.each(cases)('$name', async ({ identity = good, trusted = good, listener, error }) => {
    const agent = await agentOf(listener === undefined ? 1 : await serve(identity, listener), trusted);
    const before = await agent.files();
    expectFailure(await agent.run(['preflight', 'TEST']), 1, error);
    expect(await agent.files()).toEqual(before);
  });

  it.each(cases.filter(({ name }) => name !== 'does not answer'))('$name ends a scrape', async (fault) => {
    const { identity = good, trusted = good, listener } = fault;
    const agent = await agentOf(listener === undefined ? 1 : await serve(identity, listener), trusted);
    const ended = await agent.run(['agent']);
    expect(ended.code, ended.output).toBe(1);
    expect(ended.output).not.toMatch(/\\n +at |hunter2/);
    expect(ended.output).not.toContain(html);
    expect(await agent.files()).toMatchObject({ 'data_tag.json': '[]' });
  });
});
