import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import Table from 'cli-table3';
import { z } from 'zod';

/*
 * `npm run bench:tables`: writing tables - pseudonyms, checks, keys and all - against a plain JSON.stringify and write of
 * the same rows. Both take turns, each in a process of its own; the turn that took the least processor time
 * counts. Memory is that of a million rows that are made one by one.
 */

const ROWS = 200_000;
const TURNS = 3;
const MANY = 1_000_000;

const measurementSchema = z.object({ seconds: z.number(), cpuSeconds: z.number(), peakMegabytes: z.number() });
type Measurement = z.output<typeof measurementSchema>;

function measure(kind: string, table: string, rows: number): Measurement {
  const worker = join(import.meta.dirname, 'tables-worker.js');
  const output = execFileSync(process.execPath, [worker, kind, table, String(rows)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return measurementSchema.parse(JSON.parse(output));
}

function best(measurements: readonly Measurement[]): Measurement {
  return measurements.reduce((left, right) => (right.cpuSeconds < left.cpuSeconds ? right : left));
}

const result = new Table({
  head: ['table', 'plain s', 'ours s', 'ratio', 'cpu ratio', 'rows/s', 'peak MB of 1,000,000 rows'],
});
for (const table of ['vcs_versions', 'change_path', 'tag']) {
  const turns = Array.from({ length: TURNS }, () => ({
    plain: measure('plain', table, ROWS),
    ours: measure('ours', table, ROWS),
  }));
  const plain = best(turns.map((turn) => turn.plain));
  const ours = best(turns.map((turn) => turn.ours));
  result.push([
    table,
    plain.seconds.toFixed(2),
    ours.seconds.toFixed(2),
    (ours.seconds / plain.seconds).toFixed(2),
    (ours.cpuSeconds / plain.cpuSeconds).toFixed(2),
    (ROWS / ours.seconds).toFixed(0),
    measure('stream', table, MANY).peakMegabytes.toFixed(0),
  ]);
}
process.stdout.write(`${result.toString()}\n`);
