import { findEnvironmentSources } from '../sources/environments.js';
import { gatherSources } from '../sources/gather-sources.js';
import { gatherStep } from '../sources/gather-step.js';
import type { ProgressDisplay } from '../sources/progress-display.js';
import { describeSources } from '../sources/registry.js';
import type { StepSource } from '../sources/step-source.js';
import { defaultJobs, gatherVersionControl } from '../sources/version-control.js';
import type { AgentContext } from './context.js';
import { exportFiles } from './export.js';
import { generateKey } from './identity.js';
import { preflight } from './preflight.js';
import type { PreflightOptions } from './preflight-options.js';
import { exchangedData, exchangedTrackers, listFiles } from './step-files.js';
import { retrieveTrackers } from './trackers.js';

/** Below GATHERER_HOME, by project. */
export const clonesFolder = 'project-git-repos';

/** What each step of a scrape is given. */
export interface ScrapeContext extends AgentContext {
  /** From PREFLIGHT_ARGS. */
  readonly preflight: PreflightOptions;
  readonly progress: ProgressDisplay;
}

export interface StepResult {
  /** Exit code: 0 done, anything else stops the scrape of the project. */
  readonly code: number;
  /** Rows per exported file, of a step that gathers. */
  readonly rows?: ReadonlyMap<string, number>;
  /** Sources that failed while others came through: the scrape goes on, and counts as failed at its end. */
  readonly failedSources?: readonly string[];
}

/** One unit of the pipeline. */
export interface Step {
  readonly name: string;
  /** May reject; that counts as a failure of the step. */
  readonly run: (context: ScrapeContext) => Promise<StepResult>;
  /** The environment is read again after the step. */
  readonly changesEnvironment?: boolean;
  /** False where there is nothing that the step could do; it is then left out without a word. */
  readonly isNeeded?: () => boolean;
}

function step(name: string, run: (context: ScrapeContext) => Promise<number>): Step {
  return { name, run: async (context) => ({ code: await run(context) }) };
}

async function gatherRepositories({ runtime, project, log, signal, progress }: ScrapeContext): Promise<StepResult> {
  const { home, version, environment, settings, credentials } = runtime;
  const { rows, gathered, incomplete, failed } = await gatherVersionControl(
    { home, version, environment, settings, credentials, log, signal },
    {
      project,
      repositories: clonesFolder,
      followHostChange: true,
      force: true,
      pull: true,
      jobs: defaultJobs,
      progress,
    },
  );
  const code = failed.length > 0 && gathered.length === 0 ? 1 : 0;
  return { code, rows, failedSources: [...failed, ...incomplete] };
}

/** A step that asks systems for the project as a whole. */
export function projectStep(source: StepSource): Step {
  return {
    name: source.step,
    run: async ({ runtime, project, log, signal, progress }) => {
      const { home, version, environment, settings, credentials } = runtime;
      const scope = { home, version, environment, settings, credentials, log, signal };
      const { rows, incomplete } = await gatherStep(scope, source, { project, progress });
      return { code: 0, rows, failedSources: incomplete.length > 0 ? [source.step] : [] };
    },
  };
}

async function gatherOthers({ runtime, project, log, signal }: ScrapeContext): Promise<StepResult> {
  const { home, environment, settings, credentials } = runtime;
  const scope = { home, environment, settings, credentials, log, signal };
  const { rows, failed } = await gatherSources(scope, { project, types: [] });
  return { code: 0, rows, failedSources: failed };
}

async function gatherEnvironments({ runtime, project, log, signal, progress }: ScrapeContext): Promise<StepResult> {
  const { home, version, environment, credentials } = runtime;
  const scope = { home, version, environment, credentials, log, signal };
  const { failed } = await findEnvironmentSources(scope, { project, followHostChange: true, progress });
  return { code: 0, failedSources: failed };
}

/** The steps of a scrape in their order. A source that is added gets its line between the trackers and the export. */
export const steps: readonly Step[] = [
  step('generate-key', (context) => generateKey(context, { gitlab: [], source: true, credentials: true })),
  { ...step('preflight', (context) => preflight(context, context.preflight)), changesEnvironment: true },
  step('retrieve-update-trackers', (context) => retrieveTrackers(context, { files: exchangedTrackers() })),
  { name: 'environment-sources', run: gatherEnvironments },
  { name: 'git-to-json', run: gatherRepositories },
  { name: 'gather', run: gatherOthers, isNeeded: () => describeSources().some((source) => source.step === 'gather') },
  step('export-files', (context) =>
    exportFiles(context, {
      update: [...listFiles('update', ['preflight']), ...exchangedTrackers()],
      export: exchangedData(),
      other: [],
    }),
  ),
];
