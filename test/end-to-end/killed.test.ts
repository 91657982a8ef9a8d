import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dump } from '../servers/exports.js';
import { temporarySuiteFolder } from '../temporary-folder.js';
import { type Agent, makeAgent } from './support/agent.js';
import { ControllerProcess } from './support/controller.js';
import { GrowingRepository } from './support/repository.js';

const PROJECT = 'TEST';
/** Of each of the worlds, which go on side by side. */
const KILLS = 13;
const SEEDS = [20_261_121, 7_041_776, 31_415_926, 27_182_818];
/** Every second one of the controller, which then starts again. */
const TURNS = ['agent', 'controller'] as const;
const TABLES = ['vcs_versions', 'change_path', 'tag', 'update_tracker'];
const preflightDate = 'preflight_date.txt';
const storedTracker = z.object({ project_id: z.int(), filename: z.string(), contents: z.string() });
const scrape = ['agent', '--preflight-args=--skip'];

/** Where a run can be killed, with the same numbers each time: the middle of the square of [0, 1). */
function* randomFractions(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** What is left of a controller that has come to rest. */
async function outcome(controller: ControllerProcess) {
  const imports = await controller.settledImports(PROJECT);
  expect(imports.filter(({ state }) => state !== 'done')).toEqual([]);
  await controller.stop();
  const update = join(controller.dataFolder, 'agents', PROJECT, 'update', PROJECT);
  const trackers = await Promise.all(
    (await readdir(update)).sort().map(async (file) => [file, await readFile(join(update, file), 'utf8')] as const),
  );
  const rows = await dump({ dataFolder: controller.dataFolder }, TABLES);
  // The moment of the last scrape is the one thing that differs.
  const stored = z
    .array(storedTracker)
    .parse(rows['update_tracker'])
    .filter(({ filename }) => filename !== preflightDate);
  return { rows: { ...rows, update_tracker: stored }, trackers: Object.fromEntries(trackers) };
}

async function scrapeToEnd(agent: Agent): Promise<number> {
  const begin = performance.now();
  const { code, output } = await agent.run(scrape);
  expect(code, output).toBe(0);
  return performance.now() - begin;
}

/** Kills the agent somewhere in a scrape; whether it was still at work. */
async function killAgent(agent: Agent, milliseconds: number): Promise<boolean> {
  const { child, ended } = agent.start(scrape);
  await Promise.race([sleep(milliseconds), ended]);
  child.kill('SIGKILL');
  return (await ended).signal === 'SIGKILL';
}

/** Kills the controller while it takes an export in or imports it, and starts it again. */
async function killController(agent: Agent, controller: ControllerProcess, milliseconds: number): Promise<void> {
  const { ended, output } = agent.start(scrape);
  let over = false;
  const end = ended.finally(() => {
    over = true;
  });
  while (!over && !output().includes('export-files')) await sleep(5);
  await sleep(milliseconds);
  await controller.kill();
  await end;
  await controller.restart();
}

const worlds = temporarySuiteFolder();

test.concurrent.each(SEEDS)(
  `${KILLS} kills of agent and controller leave the database of an undisturbed run (%i)`,
  async (seed) => {
    const folder = join(worlds, String(seed));
    const repository = new GrowingRepository(join(folder, 'shop.git'));
    repository.grow(200);
    const place = { folder: join(folder, 'controller'), projects: [PROJECT] };
    const controller = await ControllerProcess.start(place);
    const agent = await makeAgent({
      folder: join(folder, 'agent'),
      controller,
      project: PROJECT,
      repositories: { shop: repository.url },
    });
    // The undisturbed run has the same salts and the same key pair, so that even pseudonyms are equal.
    expect((await agent.run(['generate-key', PROJECT])).code).toBe(0);
    await controller.stop();
    const calmFolder = join(folder, 'calm');
    await cp(place.folder, calmFolder, { recursive: true });
    await controller.restart();

    const fractions = randomFractions(seed);
    let duration = await scrapeToEnd(agent);
    for (let kills = 0; kills < KILLS; ) {
      if (kills % 5 === 0) repository.grow(40);
      if (TURNS[kills % TURNS.length] === 'controller') {
        await killController(agent, controller, fractions.next().value * 1_000);
        kills += 1;
      } else if (await killAgent(agent, fractions.next().value * duration)) {
        kills += 1;
      } else {
        duration *= 0.9;
      }
    }
    await scrapeToEnd(agent);
    const disturbed = await outcome(controller);

    const calm = await ControllerProcess.start({ ...place, folder: calmFolder });
    const undisturbed = await makeAgent({
      folder: join(folder, 'undisturbed'),
      controller: calm,
      project: PROJECT,
      repositories: { shop: repository.url },
    });
    await cp(join(agent.folder, '.ssh', 'id_ed25519'), join(undisturbed.folder, '.ssh', 'id_ed25519'));
    await cp(join(agent.folder, '.ssh', 'id_ed25519.pub'), join(undisturbed.folder, '.ssh', 'id_ed25519.pub'));
    await scrapeToEnd(undisturbed);
    expect(disturbed).toEqual(await outcome(calm));
  },
  1_800_000,
);
