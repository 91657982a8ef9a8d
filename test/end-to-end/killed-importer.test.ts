import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { dump, exportOf, writeExport } from '../servers/exports.js';
import { onEachServer, type TestDatabase } from '../servers/stores.js';

const KILLS = 20;
const TABLES = ['vcs_versions', 'change_path', 'tag', 'update_tracker'];
const program = join(import.meta.dirname, '../servers/importing-process.mjs');

interface Outcome {
  readonly rows: Record<string, unknown>;
  readonly update: Record<string, string>;
}

onEachServer('a killed importer', (create) => {
  test('leaves the database that an undisturbed one leaves, row for row', async () => {
    const calm = await create();
    await queueExports(calm);
    const duration = await runToEnd(calm);
    const expected = await outcome(calm);

    const disturbed = await create();
    await queueExports(disturbed);
    let longest = duration;
    for (let killed = 0; killed < KILLS; ) {
      if (await killAfter(disturbed, Math.random() * longest, killed % 4 === 0)) {
        killed += 1;
      } else {
        longest *= 0.9;
        await queueExports(disturbed);
      }
    }
    await runToEnd(disturbed);
    expect(await outcome(disturbed)).toEqual(expected);
    await calm.remove();
    await disturbed.remove();
  }, 1_800_000);
});

let folders = 0;

async function queueExports(database: TestDatabase): Promise<void> {
  const store = await database.open();
  for (const [from, to] of [
    [0, 3000],
    [2900, 3500],
  ] as const) {
    folders += 1;
    const folder = await writeExport(database.dataFolder, `imports/${folders}`, exportOf('repo', from, to));
    await store.addImport('TEST', 'AGENT', folder);
  }
  await store.close();
}

function start({ dataFolder, databaseUrl }: TestDatabase) {
  const rest = databaseUrl === undefined ? [] : [databaseUrl];
  return spawn(process.execPath, [program, dataFolder, ...rest], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Milliseconds from the moment when the importer was started. */
async function runToEnd(database: TestDatabase): Promise<number> {
  const child = start(database);
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  const begin = Date.now();
  expect(await exit).toEqual([0, null]);
  return Date.now() - begin;
}

/**
 * @param early counts from the start of the process, not of the importer
 * @returns whether it was still at work when it was killed
 */
async function killAfter(database: TestDatabase, milliseconds: number, early: boolean): Promise<boolean> {
  const child = start(database);
  const exit = once(child, 'exit');
  if (!early) {
    await Promise.race([once(child.stdout, 'data'), exit]);
  }
  await Promise.race([sleep(milliseconds), exit]);
  child.kill('SIGKILL');
  const [, signal]: unknown[] = await exit;
  return signal === 'SIGKILL';
}

async function outcome(database: TestDatabase): Promise<Outcome> {
  const store = await database.open();
  const jobs = await store.imports();
  expect(jobs.map(({ state }) => state)).toEqual(jobs.map(() => 'done'));
  await store.close();
  const update = join(database.dataFolder, 'agents', 'AGENT', 'update', 'TEST');
  const files = (await readdir(update)).sort();
  return {
    rows: await dump(database, TABLES),
    update: Object.fromEntries(
      await Promise.all(files.map(async (file) => [file, await readFile(join(update, file), 'utf8')] as const)),
    ),
  };
}
