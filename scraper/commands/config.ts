import { chooseMode } from '../../src/agent/mode.js';
import { checkCredentials } from '../../src/config/check-credentials.js';
import { checkAgentEnvironment, checkEnvironment } from '../../src/config/check-environment.js';
import { checkSettings } from '../../src/config/check-settings.js';
import { type Problem, problemsOf } from '../../src/config/problem.js';
import type { Runtime } from '../../src/config/runtime.js';
import { type EffectiveValue, effectiveConfiguration } from '../../src/config/show.js';
import { DenyList } from '../../src/http/deny-list.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      .positional('action', {
        describe: 'check: what is missing or contradictory; show: every value in force, and where it came from',
        choices: ['check', 'show'] as const,
        demandOption: true,
      })
      .option('as', {
        describe: 'What the configuration is checked for',
        choices: ['agent', 'controller', 'step'] as const,
        default: 'agent' as const,
      })
      .option('json', { describe: 'Print JSON', type: 'boolean', default: false })
      .example('$0 config check --as controller', 'Check without what only an agent needs')
      .example('$0 config show --json', 'Every value in force, for programs'),
  async (runtime, { action, as, json }) => {
    if (action === 'show') {
      const values = effectiveConfiguration(runtime.loadedEnvironment, runtime.redactor);
      console.log(json ? JSON.stringify(values, undefined, 2) : formatValues(values));
      return 0;
    }
    const problems = findProblems(runtime, as);
    console.log(runtime.redactor.text(json ? JSON.stringify(problems, undefined, 2) : formatProblems(problems)));
    return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
);

function findProblems(runtime: Runtime, as: 'agent' | 'controller' | 'step'): readonly Problem[] {
  const { environment } = runtime;
  const settings = checkSettings(environment);
  const common = [
    ...checkEnvironment(environment),
    ...problemsOf(() => DenyList.parse(environment['GATHERER_URL_BLACKLIST'])),
    ...settings,
    ...checkCredentials(environment),
  ];
  if (as !== 'agent') return common;
  const readable = problemsOf(() => runtime.settings).length === 0;
  const projects = readable ? runtime.settings.projects : [];
  return [
    ...problemsOf(() => chooseMode(environment)),
    ...(readable ? checkAgentEnvironment(environment, projects) : []),
    ...common,
  ];
}

function formatProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ severity, place, message }) => `${severity.padEnd(8)}${place}: ${message}`);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return [...lines, `${errors} errors, ${problems.length - errors} warnings`].join('\n');
}

function formatValues(values: readonly EffectiveValue[]): string {
  const groups = [...new Set(values.map(({ group }) => group))];
  const nameWidth = Math.max(...values.map(({ name }) => name.length));
  return groups
    .map((group) => {
      const rows = values.filter((value) => value.group === group);
      const lines = rows.map(
        ({ name, value, origin }) => `  ${name.padEnd(nameWidth)}  ${JSON.stringify(value)}  # ${origin}`,
      );
      return [group, ...lines].join('\n');
    })
    .join('\n\n');
}
