import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { jenkinsSource } from '../../src/sources/jenkins/index.js';
import type { JenkinsOptions } from '../../src/sources/jenkins/place.js';
import { makeCertificate, startHttps } from '../servers/https.js';
import { type SimulatorServer, startSimulator, writeDataset } from '../servers/simulator.js';
import { StepWorld } from '../step-world.js';
import { temporaryFolder } from '../temporary-folder.js';

const password = 'geheim%20wachtwoord';
const dataset = {
  auth: { users: [{ username: 'gros', password }], anonymousRead: false },
  jobs: [{ name: 'team', jobs: [{ name: 'inner' }] }, { name: 'build' }, { name: 'release' }],
  views: [{ name: 'all', jobs: ['build'] }, { name: 'mine' }],
  nodes: [{ displayName: 'Built-In Node' }, { displayName: 'off', offline: true }],
};
const counts = { jobs: 3, views: 2, nodes: 2 };

async function start(flags: readonly string[] = [], data: unknown = dataset): Promise<SimulatorServer> {
  const server = await startSimulator('jenkins', writeDataset(temporaryFolder(), data), flags);
  onTestFinished(() => server.stop());
  return server;
}

function worldOf(url: string, login = `username = gros\npassword = ${password}\n`): StepWorld {
  return new StepWorld(`[projects]\nTEST = Test\n[jenkins]\nhost = ${url}\n${login}`);
}

it.each<readonly [string, readonly string[]]>([
  ['no request fails', []],
  ['every second request is answered with 503', ['--fail-every', '2:503']],
  ['every second request is answered with 429', ['--fail-every', '2:429']],
  ['every second body is cut', ['--truncate-every', '2']],
  ['answers take a while', ['--latency', '50']],
])('counts jobs, views and nodes where %s', async (_, flags) => {
  const server = await start(flags);
  const world = worldOf(server.url);
  expect(await world.run(jenkinsSource())).toMatchObject({ incomplete: [] });
  expect(world.read('data_jenkins.json')).toEqual({ host: `${server.url}/`, ...counts });
  expect(server.requests().some(({ fault }) => fault !== null)).toBe(flags.some((flag) => flag.endsWith('-every')));
  expect(world.logged).not.toContain('geheim');
});

it.each([
  ['no account', '', /403: set username and password of section \[jenkins\]/],
  ['a wrong password', 'username = gros\npassword = fout\n', /401: username and password .* API token/],
])('says what would mend %s, and leaves the file of the last run', async (_, login, message) => {
  const server = await start();
  const world = worldOf(server.url, login);
  world.write('data_jenkins.json', { host: 'x', ...counts });
  await expect(world.run(jenkinsSource())).rejects.toThrow(message);
  expect(world.read('data_jenkins.json')).toEqual({ host: 'x', ...counts });
});

it('fails where there is no Jenkins at the address', async () => {
  const server = await start();
  await expect(worldOf(`${server.url}/elsewhere`).run(jenkinsSource())).rejects.toMatchObject({ status: 404 });
});

it('takes the first source, without the account in its URL', async () => {
  const server = await start();
  const world = new StepWorld();
  const url = server.url.replace('://', `://gros:${encodeURIComponent(password)}@`);
  world.write('data_sources.json', [
    { type: 'git', name: 'code', url: 'https://git.example.org/code' },
    { type: 'jenkins', name: 'ci', url },
    { type: 'jenkins', name: 'other', url: 'http://127.0.0.1:1' },
  ]);
  await world.run(jenkinsSource());
  expect(world.read('data_jenkins.json')).toEqual({ host: `${server.url}/`, ...counts });
  expect(`${world.logged}${JSON.stringify(world.read('data_jenkins.json'))}`).not.toContain('geheim');
});

it('prefers what the command line names', async () => {
  const server = await start();
  const world = worldOf('http://127.0.0.1:1/', 'username = x\npassword = y\n');
  await world.run(jenkinsSource({ host: server.url, username: 'gros', password }));
  expect(world.read('data_jenkins.json')).toMatchObject({ host: `${server.url}/` });
});

it('leaves the file of the last run where no Jenkins is known', async () => {
  const world = new StepWorld();
  world.write('data_jenkins.json', { host: 'x', ...counts });
  expect(await world.run(jenkinsSource())).toMatchObject({ incomplete: [] });
  expect(world.read('data_jenkins.json')).toEqual({ host: 'x', ...counts });
});

it('verifies the certificate: by the system, by a file, or not where that is wished', async () => {
  const identity = makeCertificate();
  const { port, close } = await startHttps(identity, (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url?.startsWith('/computer') ? { computer: [] } : { jobs: [], views: [{}] }));
  });
  onTestFinished(close);
  const run = async (written: string, options: JenkinsOptions = {}): Promise<StepWorld> => {
    const world = worldOf(`https://localhost:${port}`, `verify = ${written}\n`);
    writeFileSync(path.join(world.home, 'jenkins.pem'), identity.certificate);
    writeFileSync(path.join(world.home, 'other.pem'), makeCertificate().certificate);
    await world.run(jenkinsSource(options));
    return world;
  };
  for (const written of ['', 'yes', 'missing.pem', 'other.pem']) {
    await expect(run(written), written).rejects.toMatchObject({
      failure: expect.stringMatching(/^(tls|self-signed)$/),
    });
  }
  expect((await run('jenkins.pem')).logged).not.toContain('is not verified');
  expect((await run('-')).logged).toContain('is not verified');
  expect((await run('', { verify: false })).read('data_jenkins.json')).toMatchObject({ jobs: 0, views: 1, nodes: 0 });
});
