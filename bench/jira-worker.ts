import path from 'node:path';
import { createRuntime } from '../src/config/runtime.js';
import { gatherStep } from '../src/sources/gather-step.js';
import { jiraStep } from '../src/sources/jira/index.js';
import { createProgressDisplay } from '../src/sources/progress-display.js';
import type { ApiMeasurement } from './api-measurement.js';

/*
 * One gathering of issues in a process of its own: `jira-worker.js HOME REQUESTS`, with so many requests at once. Prints
 * an ApiMeasurement as JSON.
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
const progress = createProgressDisplay(runtime.log, undefined);
const { rows, incomplete } = await gatherStep(runtime, jiraStep(), {
  ...{ project: 'TEST', requests: Number(requests), progress },
});
const measurement: ApiMeasurement = {
  seconds: (performance.now() - start) / 1000,
  rows: [...rows.values()].reduce((sum, count) => sum + count, 0),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  failed: incomplete.length,
};
process.stdout.write(`${JSON.stringify(measurement)}\n`);
