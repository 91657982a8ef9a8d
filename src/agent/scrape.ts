import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config/errors.js';
import type { Runtime } from '../config/runtime.js';
import type { Logger } from '../log/logger.js';
import { createProgressDisplay, type ProgressDisplay } from '../sources/progress-display.js';
import { recoverFolder } from '../tables/commit.js';
import { type AgentContext, exportFolder, logFailure } from './context.js';
import { Controller } from './controller.js';
import { sendFiles } from './export.js';
import { withLogUpload } from './log-upload.js';
import { preflightEnvironment } from './preflight.js';
import { parsePreflightArguments } from './preflight-options.js';
import { type ProjectReport, type StepReport, succeeded } from './report.js';
import { scrapeLogFile, withScrapeLog } from './scrape-log.js';
import { exchangedTrackers } from './step-files.js';
import { steps as allSteps, clonesFolder, type ScrapeContext, type Step, type StepResult } from './steps.js';

export interface ScrapeOptions {
  /** In place of the PREFLIGHT_ARGS of the environment. */
  readonly preflightArguments?: string | undefined;
  /** In place of the steps of a scrape. */
  readonly steps?: readonly Step[];
  /** How the sources show how far they are; lines of the log otherwise. */
  readonly progress?: (log: Logger) => ProgressDisplay;
}

function loggedProgress(log: Logger): ProgressDisplay {
  return createProgressDisplay(log, undefined);
}

/** Runs an action so that what it throws outside of its promise fails it, in place of ending the process. */
async function guarded<T>(action: () => Promise<T>): Promise<T> {
  let fail: (reason: unknown) => void = () => undefined;
  const crashed = new Promise<never>((_resolve, reject) => {
    fail = (reason) => reject(reason);
  });
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    return await Promise.race([action(), crashed]);
  } finally {
    process.off('uncaughtException', fail);
    process.off('unhandledRejection', fail);
  }
}

function failureCode(error: unknown): number {
  return error instanceof ConfigError ? 2 : 1;
}

async function runStep(context: ScrapeContext, step: Step): Promise<StepReport> {
  const started = performance.now();
  context.log.info(`${context.project}: ${step.name}`);
  let result: StepResult;
  try {
    result = await guarded(() => step.run(context));
    context.signal.throwIfAborted();
  } catch (error) {
    logFailure(context.log, error, `${step.name} failed`);
    result = { code: failureCode(error) };
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    name: step.name,
    code: result.code,
    seconds,
    rows: result.rows ?? new Map(),
    failedSources: result.failedSources ?? [],
  };
}

/**
 * Where the controller keeps the trackers, only its own count: a local one may be of rows that were never imported.
 * What a killed run left half-way is cleared up first, as it may hold such a tracker too.
 */
async function removeTrackers(context: ScrapeContext): Promise<void> {
  await recoverFolder(exportFolder(context));
  if (Controller.isConfigured(context.runtime, context.preflight)) {
    const files = exchangedTrackers().map((file) => join(exportFolder(context), file));
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

async function removeClones(context: ScrapeContext): Promise<void> {
  if (context.runtime.environment.cleanupRepos === 'true') {
    await rm(join(context.runtime.home, clonesFolder, context.project), { recursive: true, force: true });
  }
}

async function runSteps(start: ScrapeContext, options: ScrapeOptions): Promise<readonly StepReport[]> {
  const reports: StepReport[] = [];
  let context = start;
  for (const step of options.steps ?? allSteps) {
    if (context.signal.aborted) {
      break;
    }
    if (step.isNeeded?.() === false) {
      continue;
    }
    const report = await runStep(context, step);
    reports.push(report);
    if (report.code !== 0) {
      break;
    }
    if (step.changesEnvironment === true) {
      const runtime = context.runtime.reread([join(exportFolder(context), preflightEnvironment)]);
      context = { ...context, runtime, log: context.log.child({}, { level: runtime.log.level }) };
    }
  }
  return reports;
}

/** Sends scrape.log, whatever the scrape came to; that it does not arrive changes nothing. */
async function sendLog(context: AgentContext): Promise<void> {
  if (context.signal.aborted || !Controller.isConfigured(context.runtime, {})) {
    return;
  }
  try {
    await sendFiles(context, { export: [], update: [], other: [scrapeLogFile(context)] });
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    context.log.warn(`The log of the scrape did not reach the controller: ${reason}`);
  }
}

/** Scrapes one project: the steps in order up to the first that fails, then the log. Never rejects. */
export async function scrapeProject(runtime: Runtime, project: string, options: ScrapeOptions): Promise<ProjectReport> {
  const started = performance.now();
  const { signal } = runtime;
  const base: AgentContext = { runtime, project, log: runtime.log.child({ project }), signal };
  let steps: readonly StepReport[] = [];
  let code = 1;
  try {
    code = await withScrapeLog(base, (logged) =>
      withLogUpload(logged, {}, async (context) => {
        const args = options.preflightArguments ?? runtime.environment.PREFLIGHT_ARGS;
        const progress = (options.progress ?? loggedProgress)(context.log);
        const scrape: ScrapeContext = { ...context, preflight: parsePreflightArguments(args), progress };
        await removeTrackers(scrape);
        steps = await runSteps(scrape, options);
        const complete = !signal.aborted && steps.every(succeeded);
        if (complete) {
          await removeClones(scrape);
        }
        return complete ? 0 : steps.at(-1)?.code || 1;
      }),
    );
    await sendLog(base);
  } catch (error) {
    logFailure(base.log, error, `The scrape of ${project} failed`);
    code = failureCode(error);
  }
  return { project, code, seconds: (performance.now() - started) / 1000, steps };
}
