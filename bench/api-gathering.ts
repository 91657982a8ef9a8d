import path from 'node:path';
import type { Runtime } from '../src/config/runtime.js';
import { createRuntime } from '../src/config/runtime.js';
import { createProgressDisplay, type ProgressDisplay } from '../src/sources/progress-display.js';
import type { ApiMeasurement } from './api-measurement.js';

/** What a worker gathers with, by its command line: `HOME REQUESTS`, with so many requests at once. */
export interface Gathering {
  readonly runtime: Runtime;
  readonly requests: number;
  readonly progress: ProgressDisplay;
}

/** What was gathered. */
export interface Gathered {
  readonly rows: ReadonlyMap<string, number>;
  /** Number of parts that failed. */
  readonly failed: number;
}

/** Gathers once, in a process of its own, and prints an ApiMeasurement as JSON. */
export async function measureGathering(gather: (gathering: Gathering) => Promise<Gathered>): Promise<void> {
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
  const progress = createProgressDisplay(runtime.log, undefined);
  const start = performance.now();
  const { rows, failed } = await gather({ runtime, requests: Number(requests), progress });
  const measurement: ApiMeasurement = {
    seconds: (performance.now() - start) / 1000,
    rows: [...rows.values()].reduce((sum, count) => sum + count, 0),
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    failed,
  };
  process.stdout.write(`${JSON.stringify(measurement)}\n`);
}
