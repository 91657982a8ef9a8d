import type { ProgressDisplay } from '../sources/progress-display.js';
import type { AgentContext } from './context.js';
import type { PreflightOptions } from './preflight-options.js';
import type { Ordered } from './run-in-order.js';

/** What each step of a scrape is given. */
export interface ScrapeContext extends AgentContext {
  /** From PREFLIGHT_ARGS. */
  readonly preflight: PreflightOptions;
  readonly progress: ProgressDisplay;
  /** Names of the steps whose files the scrape exchanges with the controller. */
  readonly gathered: readonly string[];
}

export interface StepResult {
  /** Exit code: 0 done, anything else stops the scrape of the project. */
  readonly code: number;
  /** Rows per exported file, of a step that gathers. */
  readonly rows?: ReadonlyMap<string, number>;
  /** Sources that failed while others came through: the scrape goes on, and counts as failed at its end. */
  readonly failedSources?: readonly string[];
}

/** One unit of the pipeline. One that does not say what it is `after` waits for all that are listed before it. */
export interface Step extends Ordered {
  /** May reject; that counts as a failure of the step. */
  readonly run: (context: ScrapeContext) => Promise<StepResult>;
  /** The environment is read again after the step; no other may be at work beside it. */
  readonly changesEnvironment?: boolean;
  /** Of a step that gathers: whether every scrape has it, or only one whose `gathererScripts` names it. */
  readonly gathers?: 'always' | 'on request';
  /** False where there is nothing that the step could do; it is then left out without a word. */
  readonly isNeeded?: () => boolean;
}
