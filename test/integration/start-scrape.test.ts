import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadCredentials } from '../../src/config/credentials.js';
import { loadSettings } from '../../src/config/settings.js';
import { startScrapeJob } from '../../src/controller/scrape-job.js';
import { Redactor } from '../../src/log/redactor.js';
import { startScript } from '../servers/script.js';
import { startSimulator, writeDataset } from '../servers/simulator.js';
import { silentLogger } from '../silent-logger.js';
import { StepWorld } from '../step-world.js';
import { temporaryFolder } from '../temporary-folder.js';

const password = 'synthetic pass';

function start(settings: string, project = 'TEST'): Promise<boolean> {
  const { home } = new StepWorld(`[projects]\nTEST = Test\n${settings}`);
  const environment = {
    GATHERER_SETTINGS_FILE: path.join(home, 'settings.cfg'),
    GATHERER_CREDENTIALS_FILE: path.join(home, 'credentials.cfg'),
  };
  const redactor = new Redactor();
  return startScrapeJob(
    {
      ...{ home, version: '1', environment, log: silentLogger, signal: new AbortController().signal },
      settings: loadSettings(environment, redactor),
      credentials: loadCredentials(environment, redactor),
    },
    project,
  );
}

function jenkins(url: string, job = 'a/b/scrape', details = ''): string {
  return `[jenkins]\nhost = ${url}\nusername = gros\npassword = ${password}\nscrape = ${job}\n${details}`;
}

const job = {
  name: 'scrape',
  parameters: [
    { name: 'listOfProjects' },
    { name: 'deep', type: 'Boolean', value: true },
    { name: 'secret', type: 'Password' },
  ],
};

/** A Jenkins whose job lies two folders deep. */
async function serve(
  options: Readonly<Record<string, unknown>>,
  user: Readonly<Record<string, unknown>> = {},
  flags: readonly string[] = [],
) {
  const folder = temporaryFolder();
  const record = path.join(folder, 'triggered.json');
  const dataset = {
    auth: { users: [{ username: 'gros', password, ...user }] },
    jobs: [{ name: 'a', jobs: [{ name: 'b', jobs: [job] }] }],
    ...options,
  };
  const server = await startSimulator('jenkins', writeDataset(folder, dataset), ['--record', record, ...flags]);
  onTestFinished(() => server.stop());
  const started = (): unknown => (existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : []);
  return { server, started };
}

it.each([
  ['a job deep in folders, with crumb', {}, {}],
  ['a job where no crumbs are issued', { crumbs: false }, {}],
  ['a job with an API token where the crumb issuer is broken', { crumbs: 'broken' }, { apiToken: password }],
])('starts %s', async (_, options, user) => {
  const { server, started } = await serve(options, user);
  expect(await start(jenkins(server.url))).toBe(true);
  expect(started()).toEqual([expect.objectContaining({ job: 'a/b/scrape', user: 'gros' })]);
  expect(started()).toMatchObject([{ parameters: { listOfProjects: 'TEST', deep: 'True', logLevel: 'INFO' } }]);
  expect(JSON.stringify(started())).not.toMatch(/jiraParameters|secret/);
});

it.each([[['--fail-every', '3:429']], [['--truncate-every', '3']], [['--truncate-every', '2']]])(
  'starts a job once where requests fail: %j',
  async (flags) => {
    const { server, started } = await serve({}, {}, flags);
    expect(await start(jenkins(server.url))).toBe(true);
    expect(started()).toHaveLength(1);
    expect(server.requests().some(({ fault }) => fault !== null)).toBe(true);
  },
);

it('keeps the token out of the address', async () => {
  const folders = [{ name: 'scrape', token: 'geheim', parameters: [] }];
  const { server, started } = await serve({ jobs: folders }, { build: false });
  await start(jenkins(server.url, 'scrape', 'token = geheim\n'));
  expect(started()).toHaveLength(1);
  expect(JSON.stringify(server.requests())).not.toContain('geheim');
});

it('says what would mend a job that may not be started, and one that is not there', async () => {
  const { server, started } = await serve({}, { build: false });
  await expect(start(jenkins(server.url))).rejects.toThrow(/403: .*Job\/Build or else the token/);
  await expect(start(jenkins(server.url, 'a/scrape'))).rejects.toThrow('Jenkins has no job a/scrape');
  expect(started()).toEqual([]);
});

it('starts nothing where no server or no job is set', async () => {
  expect(await start('')).toBe(false);
  expect(await start(jenkins('-'))).toBe(false);
  expect(await start(jenkins('http://127.0.0.1:1', '-'))).toBe(false);
});

/** A job that has started as many builds as there were starts that it took, whatever it answered to them. */
async function scripted(outcomes: readonly ('taken' | 'taken, then lost' | 'failed' | 'found')[]) {
  let starts = 0;
  let builds = 0;
  const { url } = await startScript((request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/json');
      const own = [{ parameters: [{ name: 'listOfProjects', value: 'TEST' }] }];
      const list = Array.from({ length: builds }, (_, index) => ({ number: index + 5, actions: own }));
      const other = { number: 9, actions: [{ parameters: [{ name: 'listOfProjects', value: 'OTHER' }] }] };
      const parameterDefinitions = [{ name: 'listOfProjects' }];
      return response.end(
        JSON.stringify({ nextBuildNumber: 5, property: [{ parameterDefinitions }], builds: [other, ...list] }),
      );
    }
    const outcome = outcomes[starts] ?? 'failed';
    starts += 1;
    if (outcome !== 'failed') builds += 1;
    if (outcome === 'failed') return response.writeHead(503).end();
    if (outcome === 'taken, then lost') return request.socket.destroy();
    return outcome === 'found' ? response.writeHead(302, { location: '/job/x/' }).end() : response.writeHead(201).end();
  });
  return { url, counts: () => ({ starts, builds }) };
}

it.each([
  [['taken'], { starts: 1, builds: 1 }],
  [['found'], { starts: 1, builds: 1 }],
  [['failed', 'taken'], { starts: 2, builds: 1 }],
  [['taken, then lost'], { starts: 1, builds: 1 }],
  [['failed', 'taken, then lost'], { starts: 2, builds: 1 }],
] as const)('starts a job once where its answers are %j', async (outcomes, counts) => {
  const server = await scripted(outcomes);
  expect(await start(jenkins(server.url, 'x'))).toBe(true);
  expect(server.counts()).toEqual(counts);
});
