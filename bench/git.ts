import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type Measurement, measurementSchema, median } from './measurement.js';

/*
 * `npm run bench:git -- [--runs N] PATH...`: reading each repository's history, with statistics, against plain
 * `git log --raw --numstat -M -m`. Both take turns, so that whatever else the machine does meets both; ratios are
 * medians over the turns.
 */

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
if (positionals.length === 0 || !Number.isInteger(runs) || runs < 1) {
  process.stderr.write('usage: npm run bench:git -- [--runs N] PATH...\n');
  process.exit(2);
}

const table = new Table({
  head: ['repository', 'commits', 'rows', 'git log s', 'ours s', 'ratio', 'cpu ratio', 'commits/s', 'peak MB'],
});
for (const path of positionals) table.push(compare(path));
process.stdout.write(`${table.toString()}\n`);

function compare(path: string): string[] {
  const resolved = execFileSync('git', ['-C', path, 'rev-parse', '--absolute-git-dir', 'HEAD'], { encoding: 'utf8' });
  const [folder = '', tip = ''] = resolved.split('\n');
  const turns = Array.from({ length: runs }, (_, turn) => {
    const log = measure('git-log', folder, tip);
    const ours = measure('history', folder, tip);
    process.stderr.write(
      `${path} ${turn + 1}/${runs}: git log ${log.seconds.toFixed(2)} s, ours ${ours.seconds.toFixed(2)} s\n`,
    );
    return { log, ours };
  });
  const medianOf = (value: (turn: (typeof turns)[number]) => number) => median(turns.map(value));
  const seconds = medianOf(({ ours }) => ours.seconds);
  const commits = turns[0]?.ours.commits ?? 0;
  return [
    path,
    String(commits),
    String(turns[0]?.ours.rows ?? 0),
    medianOf(({ log }) => log.seconds).toFixed(2),
    seconds.toFixed(2),
    medianOf(({ log, ours }) => ours.seconds / log.seconds).toFixed(2),
    medianOf(({ log, ours }) => (ours.cpuSeconds ?? Number.NaN) / (log.cpuSeconds ?? Number.NaN)).toFixed(2),
    (commits / seconds).toFixed(0),
    Math.max(...turns.map(({ ours }) => ours.peakMegabytes)).toFixed(0),
  ];
}

function measure(kind: 'git-log' | 'history', gitFolder: string, tip: string): Measurement {
  const worker = join(import.meta.dirname, 'worker.js');
  const output = execFileSync(process.execPath, [worker, kind, gitFolder, tip], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return measurementSchema.parse(JSON.parse(output));
}
