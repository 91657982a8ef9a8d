import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { compilePatiently } from '../scraper/compiler.js';
import { createRuntime } from '../src/config/runtime.js';
import { readHistory } from '../src/git/read-history.js';
import { createProgressDisplay } from '../src/sources/progress-display.js';
import { latestVersionsFile } from '../src/sources/repository.js';
import { gatherVersionControl } from '../src/sources/version-control.js';
import { benchProject } from './git-home.js';
import type { Measurement } from './measurement.js';

/*
 * One measured run in a process of its own: `worker.js git-log|history GIT_FOLDER TIP`, or `worker.js git-to-json HOME`
 * with a home that git-home.ts made. Prints a Measurement as JSON.
 */

// As the program does.
compilePatiently();
const [kind, gitFolder = '.', tip = 'HEAD'] = process.argv.slice(2);
const readers = { 'git-log': readLog, history: readCommits, 'git-to-json': gatherAll };
const cpuBefore = processorSeconds();
const start = process.hrtime.bigint();
const read = await readers[kind === 'git-log' || kind === 'history' ? kind : 'git-to-json']();
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const cpuAfter = processorSeconds();
const measurement: Measurement = {
  ...read,
  seconds,
  // As with time, what Node.js took to start does not count.
  ...(cpuBefore !== undefined && cpuAfter !== undefined && { cpuSeconds: cpuAfter - cpuBefore }),
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
  for await (const some of history) {
    commits += some.length;
    for (const commit of some) rows += commit.changes.length;
  }
  return { commits, rows };
}

/** The whole step on a clone that is there: reading, pseudonyms, checks, tables and tracker on disk. */
async function gatherAll(): Promise<Pick<Measurement, 'commits' | 'rows'>> {
  rmSync(join(gitFolder, 'export', benchProject, latestVersionsFile), { force: true });
  const runtime = createRuntime({
    commandLine: { GATHERER_HOME: gitFolder },
    process: { PATH: process.env['PATH'] },
    workingFolder: gitFolder,
    logLevel: 'ERROR',
    terminal: false,
    signal: new AbortController().signal,
  });
  const { rows, failed } = await gatherVersionControl(runtime, {
    project: benchProject,
    repositories: 'project-git-repos',
    followHostChange: true,
    force: false,
    pull: false,
    jobs: 1,
    progress: createProgressDisplay(runtime.log, undefined),
  });
  if (failed.length > 0) throw new Error('git-to-json failed; the log says why');
  return { commits: rows.get('data_vcs_versions.json') ?? 0, rows: rows.get('data_change_path.json') ?? 0 };
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
