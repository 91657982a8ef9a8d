import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readDashboards } from '../../src/agent/bigboat.js';
import { createRuntime } from '../../src/config/runtime.js';
import { bigboatSource } from '../../src/sources/bigboat/index.js';
import { startScript } from '../servers/script.js';
import { startSimulator, writeDataset } from '../servers/simulator.js';
import { StepWorld } from '../step-world.js';
import { temporaryFolder } from '../temporary-folder.js';

const key = 'geheim-123';
const status = Array.from({ length: 20 }, (_, index) => ({
  name: `Check ${index}`,
  lastCheck: { ISO: '2024-03-01T10:11:12.345Z' },
  isOk: true,
  details: { used: index, total: 20 },
}));
const rows = status.map(({ name }, index) => ({
  ...{ name, checked_time: '2024-03-01 10:11:12', ok: true, value: index, max: 20 },
}));

function worldOf(url: string): StepWorld {
  return new StepWorld(`[projects]\nTEST = Test\n[bigboat]\nhost = ${url}\nkey = ${key}\n`);
}

it.each<readonly [string, readonly string[]]>([
  ['no request fails', []],
  ['every second request is answered with 503', ['--fail-every', '2:503']],
  ['every second request is answered with 429', ['--fail-every', '2:429']],
  ['every second body is cut', ['--truncate-every', '2']],
  ['answers take a while', ['--latency', '50']],
])('exports the checks where %s', async (_, flags) => {
  const server = await startSimulator('bigboat', writeDataset(temporaryFolder(), { api_key: key, status }), flags);
  onTestFinished(() => server.stop());
  const world = worldOf(server.url);
  // The second time meets the fault.
  for (let time = 1; time <= 2; time += 1) {
    expect(await world.run(bigboatSource())).toMatchObject({ incomplete: [] });
    expect(world.read('data_bigboat.json')).toEqual(rows);
  }
  expect(server.requests().some(({ fault }) => fault !== null)).toBe(flags.some((flag) => flag.endsWith('-every')));
  expect(world.logged).not.toContain(key);
});

it('leaves out a malformed check alone, and names it', async () => {
  const list = [status[0], null, { ...status[1], lastCheck: null }, { ...status[2], name: 5 }, status[3]];
  const { url } = await startScript((_, response) => response.end(JSON.stringify(list)));
  const world = worldOf(url);
  await world.run(bigboatSource());
  expect(world.read('data_bigboat.json')).toEqual([rows[0], rows[3]]);
  expect(world.logged).toContain('item with name Check 1 is left out');
});

it('keeps the file of the last run where the key is wrong, and names the option', async () => {
  const server = await startSimulator('bigboat', writeDataset(temporaryFolder(), { api_key: 'other', status }));
  onTestFinished(() => server.stop());
  const world = worldOf(server.url);
  world.write('data_bigboat.json', rows);
  await expect(world.run(bigboatSource())).rejects.toThrow(/401: key of section \[bigboat\]/);
  expect(world.read('data_bigboat.json')).toEqual(rows);
});

it('reads the dashboards of all projects by the schedule, whatever becomes of one of them', async () => {
  const { url } = await startScript((request, response) => {
    if (request.headers['api-key'] === key) response.end(JSON.stringify(status));
    else response.writeHead(401).end();
  });
  const world = new StepWorld(
    `[projects]\nONE = 1\nTWO = 2\nTEST = 3\n[bigboat]\nhost = ${url}\nkey = ${key}\nkey.ONE = wrong\nhost.TWO = -\n`,
  );
  const environment = {
    JIRA_KEY: 'ONE TWO TEST',
    GATHERER_SETTINGS_FILE: path.join(world.home, 'settings.cfg'),
    GATHERER_CREDENTIALS_FILE: path.join(world.home, 'credentials.cfg'),
    logLevel: 'CRITICAL',
  };
  const { signal } = new AbortController();
  await readDashboards(
    createRuntime({ commandLine: {}, process: environment, workingFolder: world.home, terminal: false, signal }),
  );
  expect(world.read('data_bigboat.json')).toEqual(rows);
  expect(existsSync(path.join(world.home, 'export', 'ONE', 'data_bigboat.json'))).toBe(false);
});
