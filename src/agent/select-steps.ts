import type { Step } from './step.js';
import { exchangedSteps, stepName } from './step-files.js';

/** What a scrape does of the steps that there are. */
export interface Selection {
  /** Whether the scrape has a step. */
  readonly has: (step: Step) => boolean;
  /** Names of the steps whose files it exchanges with the controller. */
  readonly gathered: readonly string[];
  /** Names that stand for no step. */
  readonly unknown: readonly string[];
}

/**
 * The steps that `gathererScripts` names, as `git-to-json` or as `git_to_json.py`; where it names none, those of every
 * scrape. The steps that gather nothing are there in any case.
 *
 * @param scripts names, separated by blanks or commas
 */
export function selectSteps(steps: readonly Step[], scripts: string | undefined): Selection {
  const named = (scripts ?? '')
    .split(/[\s,]+/)
    .filter((name) => name !== '')
    .map(stepName);
  if (named.length === 0) {
    return { has: ({ gathers }) => gathers !== 'on request', gathered: exchangedSteps, unknown: [] };
  }
  const has = ({ name, gathers }: Step) => gathers === undefined || named.includes(name);
  const gathering = steps.filter(({ gathers }) => gathers !== undefined);
  return {
    has,
    gathered: gathering.filter(has).map(({ name }) => name),
    unknown: named.filter((name) => !steps.some((step) => step.name === name)),
  };
}
