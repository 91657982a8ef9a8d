import path from 'node:path';
import { createRuntime } from '../src/config/runtime.js';
import { createProgressDisplay } from '../src/sources/progress-display.js';
import { gatherVersionControl } from '../src/sources/version-control.js';
import type { ApiMeasurement } from './api-measurement.js';

/*
 * One gathering in a process of its own: `api-worker.js HOME REQUESTS`, with so many requests at once. Prints an
 * ApiMeasurement as JSON.
 */

const [home = '.', requests = '1'] = process.argv.slice(2);
const runtime = createRuntime({
  commandLine: { GATHERER_HOME: home },
  process: {
    ...process.env,
    GATHERER_SETTINGS_FILE: path.join(home, 'settings.cfg'),
    GATHERER_CREDENTIALS_FILE: path.join(home, 'credentials.cfg'),
  },
  workingFolder: home,
  logLevel: 'ERROR',
  terminal: false,
  signal: new AbortController().signal,
});
const start = performance.now();
const { rows, failed, incomplete } = await gatherVersionControl(runtime, {
  ...{ project: 'TEST', repositories: 'project-git-repos', followHostChange: true, force: false, pull: true, jobs: 4 },
  requests: Number(requests),
  progress: createProgressDisplay(runtime.log, undefined),
});
const measurement: ApiMeasurement = {
  seconds: (performance.now() - start) / 1000,
  rows: [...rows.values()].reduce((sum, count) => sum + count, 0),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  failed: failed.length + incomplete.length,
};
process.stdout.write(`${JSON.stringify(measurement)}\n`);
