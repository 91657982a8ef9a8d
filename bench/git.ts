import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { makeGitHome } from './git-home.js';
import { type Measurement, measurementSchema, median } from './measurement.js';

/*
 * `npm run bench:git -- [--runs N] PATH...`: each repository's history, with statistics, against plain
 * `git log --raw --numstat -M -m`, in two forms: only read, and the whole of `git-to-json` on a clone that is there,
 * with pseudonyms, checks, tables and tracker on disk. All take turns, so that whatever else the machine does meets all;
 * ratios are medians over the turns. Node.js's own start is in none of them.
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
  head: [
    'repository',
    'measured',
    'commits',
    'rows',
    'git log s',
    'ours s',
    'ratio',
    'cpu ratio',
    'commits/s',
    'peak MB',
  ],
  style: { head: [], border: [] },
});
for (const path of positionals) table.push(...compare(path));
process.stdout.write(`${table.toString()}\n`);

/** One turn: what each of the forms took. */
interface Turn {
  readonly log: Measurement;
  readonly read: Measurement;
  readonly step: Measurement;
}

function compare(path: string): string[][] {
  const resolved = execFileSync('git', ['-C', path, 'rev-parse', '--absolute-git-dir', 'HEAD'], { encoding: 'utf8' });
  const [folder = '', tip = ''] = resolved.split('\n');
  const home = makeGitHome(folder);
  const turns = Array.from({ length: runs }, (_, turn) => {
    const log = measure('git-log', folder, tip);
    const read = measure('history', folder, tip);
    const step = measure('git-to-json', home);
    const times = [log, read, step].map(({ seconds }) => `${seconds.toFixed(2)} s`);
    process.stderr.write(`${path} ${turn + 1}/${runs}: git log, reading, git-to-json ${times.join(', ')}\n`);
    return { log, read, step };
  });
  rmSync(home, { recursive: true, force: true });
  return [
    [path, 'reading', ...figures(turns, ({ read }) => read)],
    ['', 'git-to-json', ...figures(turns, ({ step }) => step)],
  ];
}

function figures(turns: readonly Turn[], ours: (turn: Turn) => Measurement): string[] {
  const medianOf = (value: (turn: Turn) => number) => median(turns.map(value));
  const cpu = ({ cpuSeconds = Number.NaN }: Measurement) => cpuSeconds;
  const measurements = turns.map(ours);
  const seconds = median(measurements.map((measurement) => measurement.seconds));
  const { commits = 0, rows = 0 } = measurements[0] ?? {};
  return [
    String(commits),
    String(rows),
    medianOf(({ log }) => log.seconds).toFixed(2),
    seconds.toFixed(2),
    medianOf((turn) => ours(turn).seconds / turn.log.seconds).toFixed(2),
    medianOf((turn) => cpu(ours(turn)) / cpu(turn.log)).toFixed(2),
    (commits / seconds).toFixed(0),
    Math.max(...measurements.map(({ peakMegabytes }) => peakMegabytes)).toFixed(0),
  ];
}

function measure(kind: 'git-log' | 'history' | 'git-to-json', ...words: readonly string[]): Measurement {
  const worker = join(import.meta.dirname, 'worker.js');
  const output = execFileSync(process.execPath, [worker, kind, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return measurementSchema.parse(JSON.parse(output));
}
