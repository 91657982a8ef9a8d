import type { ArgumentsCamelCase, Argv } from 'yargs';
import { describeProject, findProject } from '../src/config/project.js';
import { gatherStep } from '../src/sources/gather-step.js';
import type { StepSource } from '../src/sources/step-source.js';
import { withProject } from './agent-options.js';
import type { Command } from './command.js';
import { showProgress } from './progress.js';

export interface StepArguments {
  project: string;
}

/** How a step differs from others as a command. */
interface StepRules<Arguments> {
  /** A project that the settings do not have is no mistake: the step says so in what it exports. */
  readonly anyProject?: boolean;
  /** Whether a part that was refused or broken is told by the exit status, too. */
  readonly strict?: (args: ArgumentsCamelCase<Arguments>) => boolean;
}

/**
 * The command of a step that asks systems for a project as a whole. Ends with 1 where a part of it was refused or
 * broken, unless its rules say otherwise.
 *
 * @param options what the step takes beside the project
 * @param source the step as the arguments have it
 */
export function defineStepCommand<Arguments extends StepArguments>(
  options: (yargs: Argv<StepArguments>) => Argv<Arguments>,
  source: (args: ArgumentsCamelCase<Arguments>) => StepSource,
  { anyProject = false, strict = () => true }: StepRules<Arguments> = {},
): Command<Arguments> {
  return {
    options: (yargs) => options(withProject(yargs)),
    run: async (runtime, args) => {
      const { key } = (anyProject ? describeProject : findProject)(runtime.settings, args.project);
      const progress = showProgress(runtime.log);
      const { incomplete } = await gatherStep(runtime, source(args), { project: key, progress });
      return incomplete.length > 0 && strict(args) ? 1 : 0;
    },
  };
}
