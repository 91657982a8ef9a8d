import { ConfigError } from '../config/errors.js';
import { findEnvironmentSources } from '../sources/environments.js';
import { gatherSources } from '../sources/gather-sources.js';
import { gatherStep } from '../sources/gather-step.js';
import { describeSources } from '../sources/registry.js';
import type { StepSource } from '../sources/step-source.js';
import { defaultJobs, gatherVersionControl } from '../sources/version-control.js';
import { ExportError } from '../tables/errors.js';
import { logFailure } from './context.js';
import type { ScrapeContext, Step, StepResult } from './step.js';

/** Below GATHERER_HOME, by project. */
export const clonesFolder = 'project-git-repos';

/** Finds further repositories. */
export const environmentSources: Step = {
  name: 'environment-sources',
  gathers: 'always',
  run: async ({ runtime, project, log, signal, progress }) => {
    const { home, version, environment, credentials, redactor } = runtime;
    const scope = { home, version, environment, credentials, redactor, log, signal };
    const { failed } = await findEnvironmentSources(scope, { project, followHostChange: true, progress });
    return { code: 0, failedSources: failed };
  },
};

/** Gathers repositories; fails where all of them do. */
export const repositories: Step = { name: 'git-to-json', gathers: 'always', run: gatherRepositories };

/** Gathers sources of plug-ins that are no repositories. */
export const furtherSources: Step = {
  name: 'gather',
  gathers: 'always',
  isNeeded: () => describeSources().some((source) => source.step === 'gather'),
  run: async ({ runtime, project, log, signal }) => {
    const { home, environment, settings, credentials, redactor } = runtime;
    const scope = { home, environment, settings, credentials, redactor, log, signal };
    const { rows, failed } = await gatherSources(scope, { project, types: [] });
    return { code: 0, rows, failedSources: failed };
  },
};

/**
 * Asks systems for the project as a whole. That a system cannot be had fails its step alone, as it fails a repository
 * alone; what would fail all steps alike, a wrong configuration or a full disk, stops the scrape.
 */
export function projectStep(source: StepSource, details: Pick<Step, 'after' | 'gathers'> = {}): Step {
  return {
    name: source.step,
    gathers: 'always',
    ...details,
    run: (context) => gatherProject(source, context),
  };
}

async function gatherProject(
  source: StepSource,
  { runtime, project, log, signal, progress }: ScrapeContext,
): Promise<StepResult> {
  const { home, version, environment, settings, credentials, redactor } = runtime;
  const scope = { home, version, environment, settings, credentials, redactor, log, signal };
  try {
    const { rows, incomplete } = await gatherStep(scope, source, { project, progress });
    return { code: 0, rows, failedSources: incomplete.length > 0 ? [source.step] : [] };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ConfigError || error instanceof ExportError) throw error;
    logFailure(log, error, `${source.step} failed, and is left as it was`);
    return { code: 0, failedSources: [source.step] };
  }
}

async function gatherRepositories({ runtime, project, log, signal, progress }: ScrapeContext): Promise<StepResult> {
  const { home, version, environment, settings, credentials, redactor } = runtime;
  const { rows, gathered, incomplete, failed } = await gatherVersionControl(
    { home, version, environment, settings, credentials, redactor, log, signal },
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
