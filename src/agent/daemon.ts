import { setTimeout as delay } from 'node:timers/promises';
import { listening } from '../config/listen.js';
import type { Runtime } from '../config/runtime.js';
import { createApi } from './api.js';
import { readDashboards } from './bigboat.js';
import { type AgentContext, agentProjects, checkConfiguration, logFailure } from './context.js';
import { generateKey } from './identity.js';
import { Metrics } from './metrics.js';
import type { Mode } from './mode.js';
import { type Job, Schedule } from './schedule.js';
import { ScrapeConflict, Scraper } from './scraper.js';

export interface DaemonOptions {
  /** Address that the web API listens on. */
  readonly listen: string;
  readonly port: number;
  readonly domain?: string | undefined;
  readonly debug: boolean;
}

/** How long a scrape may take to stop where it is. */
const stopGrace = 8_000;
const retryDelays = [10_000, 30_000, 60_000, 300_000, 600_000];

/** Registers one project, again and again until the controller can be reached; a scrape registers too, so it can wait. */
async function registerProject(context: AgentContext): Promise<void> {
  const { SOURCE_HOST = '', DEFINITIONS_HOST = '' } = context.runtime.environment;
  const gitlab = `${SOURCE_HOST} ${DEFINITIONS_HOST}`.split(/\s+/).filter((host) => host !== '');
  for (let attempt = 0; !context.signal.aborted; attempt += 1) {
    if ((await generateKey(context, { gitlab, credentials: true })) === 0) {
      return;
    }
    const wait = retryDelays[Math.min(attempt, retryDelays.length - 1)] ?? 0;
    context.log.warn(`Registering ${context.project} is tried again in ${wait / 1000} s`);
    await delay(wait, undefined, { signal: context.signal, ref: false });
  }
}

async function registerAll(runtime: Runtime): Promise<void> {
  const { log, signal } = runtime;
  const projects = agentProjects(runtime);
  if (projects.length === 0) {
    log.warn('JIRA_KEY is not set yet; registration waits until a scrape finds a project in it');
  }
  for (const project of projects) {
    try {
      await registerProject({ runtime, project, log: log.child({ project }), signal });
    } catch (error) {
      if (!signal.aborted) {
        logFailure(log, error, `Could not register ${project}`);
      }
    }
  }
}

async function scheduledScrape(runtime: Runtime, scraper: Scraper): Promise<void> {
  try {
    const { reports } = await scraper.start();
    await reports;
  } catch (error) {
    if (error instanceof ScrapeConflict) {
      runtime.log.warn(error.message);
    } else {
      logFailure(runtime.log, error, 'The scrape could not start');
    }
  }
}

/** Registers, and scrapes at once where that was asked for, unless the schedule or somebody was faster. */
async function begin(runtime: Runtime, scraper: Scraper): Promise<void> {
  await registerAll(runtime);
  if (runtime.environment.SCRAPE_AT_START && !scraper.running && !runtime.signal.aborted) {
    await scheduledScrape(runtime, scraper);
  }
}

function jobsOf(mode: Mode & { readonly kind: 'daemon' }, runtime: Runtime, scraper: Scraper): readonly Job[] {
  const run = () => scheduledScrape(runtime, scraper);
  const scrape: Job = { name: 'scrape', when: mode.scrape, busy: () => scraper.running, run };
  return mode.bigboat === undefined ? [scrape] : [scrape, bigboatJob(mode.bigboat, runtime)];
}

function bigboatJob(when: string, runtime: Runtime): Job {
  let busy = false;
  const run = async (): Promise<void> => {
    busy = true;
    await readDashboards(runtime);
    busy = false;
  };
  return { name: 'the status of BigBoat', when, busy: () => busy, run };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}

/**
 * Registers, scrapes by the schedule, and serves the web API until the signal of the runtime is aborted; then stops the
 * scrape that is at work, which leaves nothing half-written.
 *
 * @returns exit code 0
 * @throws {ConfigError} where the configuration is malformed from the start
 * @throws where the address of the web API cannot be listened on
 */
export async function runDaemon(
  runtime: Runtime,
  mode: Mode & { readonly kind: 'daemon' },
  options: DaemonOptions,
): Promise<number> {
  const { log, signal } = runtime;
  checkConfiguration(runtime);
  const metrics = new Metrics(() => scraper.running);
  const scraper: Scraper = new Scraper(runtime, (report) => metrics.record(report, new Date()));
  const { domain, debug } = options;
  const api = await createApi({ scraper, metrics }, { domain, debug, version: runtime.version, log });
  const address = await listening('the web API', '--port', () =>
    api.listen({ host: options.listen, port: options.port }),
  );
  log.info(`The web API listens on ${address}; scrapes start by the schedule "${mode.scrape}"`);
  const schedule = new Schedule(jobsOf(mode, runtime, scraper), runtime.environment, log);
  const beginning = begin(runtime, scraper);
  await untilAborted(signal);
  log.info('Stopping');
  schedule.stop();
  await api.close();
  await Promise.race([Promise.all([scraper.idle(), beginning]), delay(stopGrace, undefined, { ref: false })]);
  return 0;
}
