import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { recoverFolder } from '../../src/tables/commit.js';
import { temporaryFolder } from '../temporary-folder.js';

const KILLS = 30;
const script = fileURLToPath(new URL('./export-set-killed.mjs', import.meta.url));
const rowsSchema = z.array(z.object({ run: z.string() }));

function runs(folder: string, table: string): readonly number[] {
  const rows = rowsSchema.parse(JSON.parse(readFileSync(join(folder, `data_${table}.json`), 'utf8')));
  return rows.map(({ run }) => Number(run));
}

function tracker(folder: string): number {
  return Number(readFileSync(join(folder, 'tracker.txt'), 'utf8'));
}

async function killAfter(folder: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await pause(milliseconds);
  child.kill('SIGKILL');
  const [code, signal] = await once(child, 'exit');
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
}

it(`is consistent after each of ${KILLS} kills`, { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  for (const table of ['first', 'second', 'merged']) {
    writeFileSync(join(folder, `data_${table}.json`), '[]');
  }
  writeFileSync(join(folder, 'tracker.txt'), '0');
  const leftovers = new Set<string>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await killAfter(folder, Math.random() * 250);
    for (const name of readdirSync(folder).filter((file) => file.startsWith('.'))) {
      leftovers.add(name.replace(/.*\./, ''));
    }
    const known = tracker(folder);
    expect(Math.min(known, ...runs(folder, 'first'), ...runs(folder, 'second'))).toBe(known);

    await recoverFolder(folder);
    const run = tracker(folder);
    expect(run).toBeGreaterThanOrEqual(known);
    expect(readdirSync(folder).sort()).toEqual([
      'data_first.json',
      'data_merged.json',
      'data_second.json',
      'tracker.txt',
    ]);
    expect(runs(folder, 'first')).toEqual(run === 0 ? [] : new Array(1000).fill(run));
    expect(runs(folder, 'second')).toEqual(run === 0 ? [] : [run]);
    expect(runs(folder, 'merged')).toEqual(Array.from({ length: run }, (_, index) => run - index));
  }
  // The kills must have hit it at work, and it must have got somewhere between them.
  expect(tracker(folder)).toBeGreaterThan(KILLS / 10);
  expect(leftovers).toContain('partial');
});
