import { cpSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunningController } from '../../src/controller/index.js';
import {
  type AgentHome,
  makeAgentHome,
  pointAgentAt,
  scrapeOnce,
  startAgent,
  TestRepository,
} from '../servers/agent-process.js';
import { startTestController } from '../servers/controller.js';
import { dump } from '../servers/exports.js';
import { temporaryFolder } from '../temporary-folder.js';

const KILLS = 24;
const TABLES = ['vcs_versions', 'change_path', 'tag', 'update_tracker'];
const scrape = { JENKINS_URL: '1', PREFLIGHT_ARGS: '--skip' };

interface Side {
  readonly dataFolder: string;
  readonly home: AgentHome;
  readonly controller: RunningController;
}

/** A controller over a copy of a data folder, in which the agent is registered already, and a copy of that agent. */
async function startSide(data: string, agent: AgentHome): Promise<Side> {
  const dataFolder = path.join(temporaryFolder(), 'data');
  cpSync(data, dataFolder, { recursive: true });
  const folder = temporaryFolder();
  cpSync(agent.folder, folder, { recursive: true });
  const home = { folder, exports: path.join(folder, 'export/TEST') };
  const controller = await startTestController(dataFolder);
  pointAgentAt(home, controller);
  return { dataFolder, home, controller };
}

async function allImported({ controller }: Side): Promise<void> {
  await expect
    .poll(
      async () => (await controller.store.imports()).map(({ state }) => state).filter((state) => state !== 'done'),
      {
        timeout: 60_000,
      },
    )
    .toEqual([]);
}

/** Both with the same salts, so that pseudonyms can be compared. */
async function startSides(repository: TestRepository): Promise<readonly [Side, Side]> {
  const data = path.join(temporaryFolder(), 'data');
  const first = await startTestController(data);
  const agent = makeAgentHome(first, repository.url);
  expect(await startAgent(agent, ['generate-key', 'TEST']).exit).toBe(0);
  await first.close();
  return [await startSide(data, agent), await startSide(data, agent)];
}

/** All rows of a closed controller, without the moment of the last scrape. */
async function contents({ dataFolder }: Side): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const rows = Object.entries(await dump({ dataFolder }, TABLES)).map(([table, found]) => {
    const list: readonly unknown[] = Array.isArray(found) ? found : [];
    return [table, list.filter((row) => !JSON.stringify(row).includes('preflight_date.txt'))];
  });
  return Object.fromEntries(rows);
}

it('loses nothing and imports nothing twice when the agent is killed at any moment', async () => {
  const repository = TestRepository.create();
  repository.add(1_500);
  const [calm, disturbed] = await startSides(repository);
  const before = performance.now();
  await scrapeOnce(calm.home);
  const duration = performance.now() - before;

  let killed = 0;
  for (let attempt = 0; killed < KILLS && attempt < 4 * KILLS; attempt += 1) {
    const { child, exit } = startAgent(disturbed.home, ['agent'], scrape);
    await Promise.race([sleep(Math.random() * duration), exit]);
    child.kill('SIGKILL');
    killed += (await exit) === 'SIGKILL' ? 1 : 0;
    if (attempt === KILLS / 2) {
      repository.add(300);
    }
  }
  expect(killed).toBe(KILLS);

  for (const side of [calm, disturbed]) {
    await allImported(side);
    await scrapeOnce(side.home);
    await allImported(side);
    await side.controller.close();
  }
  const expected = await contents(calm);
  expect(expected['vcs_versions']).toHaveLength(1_800);
  expect(await contents(disturbed)).toEqual(expected);
});
