import type { ArgumentsCamelCase, Argv } from 'yargs';
import { findProject } from '../src/config/project.js';
import { gatherStep } from '../src/sources/gather-step.js';
import type { StepSource } from '../src/sources/step-source.js';
import { withProject } from './agent-options.js';
import type { Command } from './command.js';
import { showProgress } from './progress.js';

interface StepArguments {
  project: string;
}

/**
 * The command of a step that asks systems for a project as a whole. Ends with 1 where a part of it was refused or
 * broken.
 *
 * @param options what the step takes beside the project
 * @param source the step as the arguments have it
 */
export function defineStepCommand<Arguments extends StepArguments>(
  options: (yargs: Argv<StepArguments>) => Argv<Arguments>,
  source: (args: ArgumentsCamelCase<Arguments>) => StepSource,
): Command<Arguments> {
  return {
    options: (yargs) => options(withProject(yargs)),
    run: async (runtime, args) => {
      const { key } = findProject(runtime.settings, args.project);
      const progress = showProgress(runtime.log);
      const { incomplete } = await gatherStep(runtime, source(args), { project: key, progress });
      return incomplete.length > 0 ? 1 : 0;
    },
  };
}
