import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../config/runtime.js';
import type { Logger } from '../log/logger.js';
import { createProgressDisplay, type ProgressDisplay } from '../sources/progress-display.js';
import { recoverFolder } from '../tables/commit.js';
import { type AgentContext, exportFolder, logFailure } from './context.js';
import { Controller } from './controller.js';
import { sendFiles } from './export.js';
import { clonesFolder } from './gathering-steps.js';
import { type RunOutcome, recordRun } from './last-run.js';
import { withLogUpload } from './log-upload.js';
import { type PreflightOptions, parsePreflightArguments } from './preflight-options.js';
import { type ProjectReport, type StepReport, succeeded } from './report.js';
import { failureCode, runSteps } from './run-steps.js';
import { scrapeLogFile, withScrapeLog } from './scrape-log.js';
import type { Step } from './step.js';
import { exchangedSteps, exchangedTrackers } from './step-files.js';
import { steps } from './steps.js';

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

/**
 * Where the controller keeps the trackers, only its own count: a local one may be of rows that were never imported.
 * What a killed run left half-way is cleared up first, as it may hold such a tracker too.
 */
async function removeTrackers(context: AgentContext, preflight: PreflightOptions): Promise<void> {
  await recoverFolder(exportFolder(context));
  if (Controller.isConfigured(context.runtime, preflight)) {
    const gathering = steps.filter(({ gathers }) => gathers !== undefined).map(({ name }) => name);
    const files = exchangedTrackers([...exchangedSteps, ...gathering]).map((file) => join(exportFolder(context), file));
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

async function removeClones(context: AgentContext): Promise<void> {
  if (context.runtime.environment.cleanupRepos === 'true') {
    await rm(join(context.runtime.home, clonesFolder, context.project), { recursive: true, force: true });
  }
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

/** Scrapes one project: the steps up to the first that fails, then the log. Never rejects. */
export async function scrapeProject(runtime: Runtime, project: string, options: ScrapeOptions): Promise<ProjectReport> {
  const started = performance.now();
  const base: AgentContext = { runtime, project, log: runtime.log.child({ project }), signal: runtime.signal };
  const outcome = await recordRun(base, 'scrape', () => scrape(base, options));
  return { project, ...outcome, seconds: (performance.now() - started) / 1000 };
}

async function scrape(base: AgentContext, options: ScrapeOptions): Promise<RunOutcome> {
  const { runtime, project, signal } = base;
  let reports: readonly StepReport[] = [];
  let code = 1;
  try {
    code = await withScrapeLog(base, (logged) =>
      withLogUpload(logged, {}, async (context) => {
        const args = options.preflightArguments ?? runtime.environment.PREFLIGHT_ARGS;
        const progress = (options.progress ?? loggedProgress)(context.log);
        const preflight = parsePreflightArguments(args);
        await removeTrackers(context, preflight);
        reports = await runSteps({ ...context, preflight, progress }, options.steps ?? steps);
        const complete = !signal.aborted && reports.every(succeeded);
        if (complete) {
          await removeClones(context);
        }
        return complete ? 0 : (reports.find((report) => report.code !== 0)?.code ?? 1);
      }),
    );
    await sendLog(base);
  } catch (error) {
    logFailure(base.log, error, `The scrape of ${project} failed`);
    code = failureCode(error);
  }
  return { code, steps: reports };
}
