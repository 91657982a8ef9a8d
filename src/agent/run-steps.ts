import { join } from 'node:path';
import { ConfigError } from '../config/errors.js';
import { exportFolder, logFailure } from './context.js';
import { preflightEnvironment } from './preflight.js';
import type { StepReport } from './report.js';
import { runInOrder } from './run-in-order.js';
import { type Selection, selectSteps } from './select-steps.js';
import type { ScrapeContext, Step, StepResult } from './step.js';

/** Steps that are at work at once; each asks other systems, and has a bound of its own for what it does at once. */
const stepsAtOnce = 3;

/**
 * Runs steps, independent ones side by side, up to the first that fails or until the scrape is told to stop.
 *
 * @returns reports of those that ran, in the order of the list
 */
export async function runSteps(
  start: Omit<ScrapeContext, 'gathered'>,
  steps: readonly Step[],
): Promise<readonly StepReport[]> {
  const reports = new Map<Step, StepReport>();
  let selection = select(steps, start);
  let context: ScrapeContext = { ...start, gathered: selection.gathered };
  await runInOrder(steps, stepsAtOnce, async (step) => {
    if (context.signal.aborted) return false;
    if (!selection.has(step) || step.isNeeded?.() === false) return true;
    const report = await runStep(context, step.name, async () => {
      const result = await step.run(context);
      if (step.changesEnvironment === true && result.code === 0) {
        const changed = withNewEnvironment(context);
        selection = select(steps, changed);
        context = { ...changed, gathered: selection.gathered };
      }
      return result;
    });
    reports.set(step, report);
    return report.code === 0;
  });
  return steps.flatMap((step) => reports.get(step) ?? []);
}

function select(steps: readonly Step[], { runtime, log }: Omit<ScrapeContext, 'gathered'>): Selection {
  const selection = selectSteps(steps, runtime.environment['gathererScripts']);
  if (selection.unknown.length > 0) {
    log.warn(`gathererScripts names ${selection.unknown.join(', ')}, which is no step of a scrape`);
  }
  return selection;
}

/** @throws {ConfigError} where what the controller sent is malformed */
function withNewEnvironment(context: ScrapeContext): ScrapeContext {
  const runtime = context.runtime.reread([join(exportFolder(context), preflightEnvironment)]);
  return { ...context, runtime, log: context.log.child({}, { level: runtime.log.level }) };
}

async function runStep(context: ScrapeContext, name: string, run: () => Promise<StepResult>): Promise<StepReport> {
  const started = performance.now();
  context.log.info(`${context.project}: ${name}`);
  let result: StepResult;
  try {
    result = await guarded(run);
    context.signal.throwIfAborted();
  } catch (error) {
    logFailure(context.log, error, `${name} failed`);
    result = { code: failureCode(error) };
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    name,
    code: result.code,
    seconds,
    rows: result.rows ?? new Map(),
    failedSources: result.failedSources ?? [],
  };
}

/**
 * Runs an action so that what it throws outside of its promise fails it, in place of ending the process. Of actions
 * side by side all fail then, as nobody can tell whose it was.
 */
export async function guarded<T>(action: () => Promise<T>): Promise<T> {
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

/** Exit code for what a step or a scrape was stopped by. */
export function failureCode(error: unknown): number {
  return error instanceof ConfigError ? 2 : 1;
}
