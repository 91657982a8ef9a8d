import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import pino from 'pino';
import { readHistory } from '../src/git/read-history.js';
import type { Measurement } from './measurement.js';

/*
 * One measured run in a process of its own: `worker.js git-log|history GIT_FOLDER TIP`. Prints a Measurement as JSON.
 */

const [kind, gitFolder = '.', tip = 'HEAD'] = process.argv.slice(2);
const start = process.hrtime.bigint();
const read = kind === 'git-log' ? await readLog() : await readCommits();
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const measurement: Measurement = {
  ...read,
  seconds,
  cpuSeconds: processorSeconds(),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(measurement)}\n`);

async function readCommits(): Promise<Pick<Measurement, 'commits' | 'rows'>> {
  let commits = 0;
  let rows = 0;
  const history = readHistory({
    gitFolder,
    revisions: [tip],
    tip,
    statistics: true,
    environment: process.env,
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
  });
  for await (const commit of history) {
    commits++;
    rows += commit.changes.length;
  }
  return { commits, rows };
}

/** What anybody would run, read to its end through a pipe. */
async function readLog(): Promise<Pick<Measurement, 'commits' | 'rows'>> {
  const args = [`--git-dir=${gitFolder}`, 'log', '--raw', '--numstat', '-M', '-m', tip];
  const git = spawn('git', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  git.stdout.resume();
  const status = await new Promise<number | null>((resolve, reject) => {
    git.once('error', reject);
    git.once('close', resolve);
  });
  if (status !== 0) throw new Error(`git log ended with exit status ${status}`);
  return { commits: 0, rows: 0 };
}

/** Processor time of this process and of its children that ended, from proc(5); undefined on other systems. */
function processorSeconds(): number | undefined {
  try {
    const afterName = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /, '')
      .split(' ');
    const ticks = afterName.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return ticks / 100;
  } catch {
    return undefined;
  }
}
