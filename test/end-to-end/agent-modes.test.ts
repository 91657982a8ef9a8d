import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate, startHttps } from '../servers/https.js';
import { temporaryFolder } from '../temporary-folder.js';
import { type Agent, type ControllerAddress, makeAgent } from './support/agent.js';
import { ControllerProcess } from './support/controller.js';
import type { Started } from './support/gatherer.js';
import { GrowingRepository } from './support/repository.js';

const once = { JENKINS_URL: 'test' };
const daemon = { JENKINS_URL: '', CRON_PERIOD: 'monthly' };

async function agentOf(controller: ControllerAddress, repository = 'file:///nowhere'): Promise<Agent> {
  const folder = join(temporaryFolder(), 'agent');
  return makeAgent({ folder, controller, project: 'TEST', repositories: { shop: repository } });
}

async function writeCertificate(certificate: string): Promise<string> {
  const file = join(temporaryFolder(), 'controller.crt');
  await writeFile(file, certificate);
  return file;
}

/** An agent whose controller is not there. */
async function lonelyAgent(): Promise<Agent> {
  return agentOf({ port: 1, certificateFile: await writeCertificate(makeCertificate().certificate) });
}

/** An agent whose controller takes every request and never answers. */
async function ignoredAgent(): Promise<Agent> {
  const identity = makeCertificate();
  const { port, close } = await startHttps(identity, () => undefined);
  onTestFinished(close);
  return agentOf({ port, certificateFile: await writeCertificate(identity.certificate) });
}

async function startController(): Promise<ControllerProcess> {
  const folder = join(temporaryFolder(), 'controller');
  const controller = await ControllerProcess.start({ folder, projects: ['TEST'] });
  onTestFinished(async () => {
    await controller.kill();
  });
  return controller;
}

function repositoryOf(commits: number): GrowingRepository {
  const repository = new GrowingRepository(join(temporaryFolder(), 'shop.git'));
  repository.grow(commits);
  return repository;
}

/** Starts a command that a failed test must not leave behind. */
function start(agent: Agent, words: readonly string[], environment: Readonly<Record<string, string>>): Started {
  const started = agent.start(words, { environment });
  onTestFinished(() => {
    started.child.kill('SIGKILL');
  });
  return started;
}

function hasSaid(started: Started, text: string) {
  return expect.poll(() => started.output(), { timeout: 60_000 }).toContain(text);
}

async function startDaemon(agent: Agent) {
  const started = start(agent, ['agent', '--port', '0'], daemon);
  await hasSaid(started, 'listens on');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(started.output())?.[0] ?? '';
  const ask = async (target: string, method = 'GET') => (await fetch(`${url}${target}`, { method })).status;
  return { ...started, url, ask };
}

/** Milliseconds until it ended with 0 after SIGTERM. */
async function stop({ child, ended }: Started): Promise<number> {
  const before = performance.now();
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
  return performance.now() - before;
}

describe('the choice of a mode', () => {
  it.each([
    [{ JENKINS_URL: '' }, /CRON_PERIOD.*JENKINS_URL/],
    [{ ...once, JIRA_KEY: '' }, /JIRA_KEY/],
    [{ ...once, JIRA_KEY: 'TEST ../x' }, /JIRA_KEY.*\.\.\/x/],
    [{ ...daemon, CRON_PERIOD: 'sometimes' }, /CRON_PERIOD.*sometimes/],
    [{ ...once, PREFLIGHT_ARGS: '--secret' }, /PREFLIGHT_ARGS/],
  ])('ends with 2 and says what is wrong: %j', async (environment, message) => {
    const { code, output } = await (await lonelyAgent()).run(['agent'], { environment });
    expect(output).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('an agent that scrapes once', () => {
  it('ends with 0 and says what it gathered', async () => {
    const controller = await startController();
    const agent = await agentOf(controller, repositoryOf(30).url);
    const { code, output } = await agent.run(['agent'], { environment: once });
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/TEST: done.*data_vcs_versions\.json 30/);
    expect(code).toBe(0);
    expect(await controller.settledImports()).toMatchObject([{ state: 'done' }]);
    expect(await readFile(join(agent.exported, 'scrape.log'), 'utf8')).toMatch(/Process ended with status code 0\n$/);
  });

  it('ends with 1 where a project fails, names the step, and scrapes the others', async () => {
    const agent = await agentOf(await startController());
    const environment = { ...once, JIRA_KEY: 'TEST OTHER' };
    const { code, output } = await agent.run(['agent'], { environment });
    const lines = output.trimEnd().split('\n');
    expect(lines.at(-2)).toMatch(/TEST: failed: git-to-json of shop/);
    expect(lines.at(-1)).toMatch(/OTHER: failed: preflight/);
    expect(code).toBe(1);
  });

  it('ends with 1 where it is stopped', async () => {
    const started = start(await ignoredAgent(), ['agent'], once);
    await hasSaid(started, 'Registering');
    started.child.kill('SIGTERM');
    expect(await started.ended).toMatchObject({ code: 1 });
  });
});

describe('an agent that runs as a daemon', () => {
  it('starts while the controller is away, tries to register again, and stops', async () => {
    const started = await startDaemon(await lonelyAgent());
    await hasSaid(started, 'tried again in');
    expect(await started.ask('/status')).toBe(503);
    expect(await started.ask('/healthz')).toBe(200);
    expect(await stop(started)).toBeLessThan(10_000);
  });

  it('registers at its start, scrapes on request, and lives on after a scrape that fails', async () => {
    const controller = await startController();
    const repository = repositoryOf(10);
    const agent = await agentOf(controller, repository.url);
    const started = await startDaemon(agent);
    await expect.poll(() => agent.files().then(Object.keys), { timeout: 60_000 }).toEqual(['data_sources.json']);
    expect(await started.ask('/scrape', 'POST')).toBe(201);
    expect(await started.ask('/status')).toBe(200);
    expect(await started.ask('/scrape', 'POST')).toBe(503);
    await hasSaid(started, 'TEST: done');
    expect(await controller.settledImports()).toMatchObject([{ state: 'done' }]);
    await agent.setRepositories({ shop: 'file:///nowhere' });
    await expect.poll(() => started.ask('/scrape', 'POST'), { timeout: 60_000 }).toBe(201);
    await hasSaid(started, 'TEST: failed: git-to-json of shop');
    expect(await started.ask('/healthz')).toBe(200);
    await stop(started);
  });

  it('stops within 10 seconds in the middle of a scrape', async () => {
    const started = await startDaemon(await ignoredAgent());
    expect(await started.ask('/scrape', 'POST')).toBe(201);
    expect(await started.ask('/status')).toBe(200);
    expect(await stop(started)).toBeLessThan(10_000);
  });

  it('names a port that is taken', async () => {
    const first = await startDaemon(await lonelyAgent());
    const second = start(await lonelyAgent(), ['agent', '--port', new URL(first.url).port], daemon);
    const { code, output } = await second.ended;
    expect(output).toContain(new URL(first.url).port);
    expect(code).toBe(1);
    await stop(first);
  });
});
