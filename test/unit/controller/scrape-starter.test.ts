import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ScrapeStarter } from '../../../src/controller/scrape-starter.js';
import { silentLogger } from '../../silent-logger.js';
import { until } from '../../until.js';

it('starts one job after the other, and once for a project that waits', async () => {
  const started: string[] = [];
  let underWay = 0;
  const starter = new ScrapeStarter(async (project) => {
    underWay += 1;
    expect(underWay).toBe(1);
    await sleep(5);
    started.push(project);
    underWay -= 1;
    return true;
  }, silentLogger);
  for (const project of ['A', 'B', 'B', 'A']) starter.imported(project);
  await until(
    () => started.length === 3,
    () => started.join(),
  );
  expect(started).toEqual(['A', 'B', 'A']);
  starter.imported('C');
  await until(
    () => started.includes('C'),
    () => started.join(),
  );
});

it('goes on after a failure', async () => {
  const started: string[] = [];
  const starter = new ScrapeStarter(async (project) => {
    if (project === 'A') throw new Error('no Jenkins');
    started.push(project);
    return true;
  }, silentLogger);
  starter.imported('A');
  starter.imported('B');
  await until(
    () => started.length === 1,
    () => 'B is not started',
  );
  expect(started).toEqual(['B']);
});

it('gives up what is under way and what waits when it is closed', async () => {
  const begun: string[] = [];
  const starter = new ScrapeStarter(async (project, signal) => {
    begun.push(project);
    await sleep(600_000, undefined, { signal });
    return true;
  }, silentLogger);
  starter.imported('A');
  starter.imported('B');
  await starter.close();
  expect(begun).toEqual(['A']);
});
