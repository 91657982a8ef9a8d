import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  type AgentHome,
  type AgentProcess,
  makeAgentHome,
  startAgent,
  TestRepository,
} from '../servers/agent-process.js';
import { startTestController } from '../servers/controller.js';
import { makeCertificate, startHttps } from '../servers/https.js';
import { temporaryFolder } from '../temporary-folder.js';

/** A home whose controller is not there. */
function homeWithoutController(): AgentHome {
  return makeAgentHome({ port: 1, certificateFile: certificateFile() }, 'file:///nowhere');
}

function certificateFile(contents = makeCertificate().certificate): string {
  const file = path.join(temporaryFolder(), 'controller.crt');
  writeFileSync(file, contents);
  return file;
}

async function realController() {
  const controller = await startTestController(path.join(temporaryFolder(), 'data'));
  onTestFinished(() => controller.close());
  return controller;
}

/** A controller that takes every request and never answers. */
async function silentController(): Promise<AgentHome> {
  const identity = makeCertificate();
  const { port, close } = await startHttps(identity, () => undefined);
  onTestFinished(close);
  return makeAgentHome({ port, certificateFile: certificateFile(identity.certificate) }, 'file:///nowhere');
}

async function startDaemon(home: AgentHome, variables: Readonly<Record<string, string>> = {}) {
  const process = startAgent(home, ['agent', '--port', '0'], { CRON_PERIOD: 'monthly', ...variables });
  await expect.poll(() => process.lines.find((line) => line.includes('listens on')), { timeout: 20_000 }).toBeDefined();
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(process.lines.join('\n'))?.[0] ?? '';
  const ask = async (target: string, method = 'GET') => (await fetch(`${url}${target}`, { method })).status;
  return { ...process, ask };
}

/** Seconds until it ended with 0 after SIGTERM. */
async function stop({ child, exit }: AgentProcess): Promise<number> {
  const before = performance.now();
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
  return (performance.now() - before) / 1000;
}

it('says which variables choose a mode where none does', async () => {
  const { exit, lines } = startAgent(homeWithoutController(), ['agent']);
  expect(await exit).toBe(2);
  expect(lines.join('\n')).toMatch(/CRON_PERIOD.*JENKINS_URL/);
});

it.each([
  [{ JENKINS_URL: '1', JIRA_KEY: '' }, /JIRA_KEY/],
  [{ JENKINS_URL: '1', JIRA_KEY: 'TEST ../x' }, /JIRA_KEY.*\.\.\/x/],
  [{ CRON_PERIOD: 'sometimes' }, /CRON_PERIOD.*sometimes/],
])('ends with 2 where the environment is wrong: %j', async (variables, message) => {
  const { exit, lines } = startAgent(homeWithoutController(), ['agent'], variables);
  expect(await exit).toBe(2);
  expect(lines.join('\n')).toMatch(message);
});

it('scrapes once, and says what it gathered', async () => {
  const controller = await realController();
  const repository = TestRepository.create();
  repository.add(30);
  const home = makeAgentHome(controller, repository.url);
  const { exit, lines } = startAgent(home, ['agent'], { JENKINS_URL: '1' });
  expect([await exit, lines.at(-1)]).toEqual([0, expect.stringMatching(/TEST: done.*data_vcs_versions\.json 30/)]);
  await expect.poll(async () => (await controller.store.imports())[0]?.state, { timeout: 20_000 }).toBe('done');
  expect(readFileSync(path.join(home.exports, 'scrape.log'), 'utf8')).toMatch(/Process ended with status code 0\n$/);
});

it('ends with 1 where a project fails, names the step, and scrapes the others', async () => {
  const controller = await realController();
  const home = makeAgentHome(controller, 'file:///nowhere');
  const { exit, lines } = startAgent(home, ['agent'], { JENKINS_URL: '1', JIRA_KEY: 'OTHER TEST' });
  expect(await exit).toBe(1);
  expect(lines.at(-2)).toMatch(/OTHER: failed: preflight/);
  expect(lines.at(-1)).toMatch(/TEST: failed: git-to-json of shop/);
});

it('starts as a daemon while the controller is away, and stops at once', async () => {
  const daemon = await startDaemon(homeWithoutController());
  await expect.poll(() => daemon.lines.some((line) => line.includes('tried again in')), { timeout: 10_000 }).toBe(true);
  expect(await daemon.ask('/status')).toBe(503);
  expect(await daemon.ask('/healthz')).toBe(200);
  expect(await stop(daemon)).toBeLessThan(10);
});

it('registers at its start, scrapes on request, and goes on after a scrape that fails', async () => {
  const controller = await realController();
  const repository = TestRepository.create();
  repository.add(10);
  const daemon = await startDaemon(makeAgentHome(controller, repository.url));
  await expect.poll(() => controller.store.findAgent('TEST'), { timeout: 10_000 }).toBeDefined();
  expect(await daemon.ask('/scrape', 'POST')).toBe(201);
  expect(await daemon.ask('/status')).toBe(200);
  expect(await daemon.ask('/scrape', 'POST')).toBe(503);
  await expect.poll(() => daemon.ask('/status'), { timeout: 20_000 }).toBe(503);
  await expect.poll(async () => (await controller.store.imports())[0]?.state, { timeout: 20_000 }).toBe('done');
  await stop(daemon);
});

it('stops within 10 seconds of SIGTERM in the middle of a scrape', async () => {
  const daemon = await startDaemon(await silentController());
  expect(await daemon.ask('/scrape', 'POST')).toBe(201);
  expect(await daemon.ask('/status')).toBe(200);
  expect(await stop(daemon)).toBeLessThan(10);
});

it('ends with 1 where a single scrape is stopped', async () => {
  const { child, exit, lines } = startAgent(await silentController(), ['agent'], { JENKINS_URL: '1' });
  await expect.poll(() => lines.some((line) => line.includes('Registering')), { timeout: 10_000 }).toBe(true);
  child.kill('SIGTERM');
  expect(await exit).toBe(1);
});

it('names a port that is taken', async () => {
  const first = await startDaemon(homeWithoutController());
  const port = /127\.0\.0\.1:(\d+)/.exec(first.lines.join('\n'))?.[1] ?? '';
  const second = startAgent(homeWithoutController(), ['agent', '--port', port], { CRON_PERIOD: 'daily' });
  expect(await second.exit).toBe(1);
  expect(second.lines.join('\n')).toContain(port);
  await stop(first);
});
