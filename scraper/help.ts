import { groups, type Registration } from './registration.js';

const start = `gatherer gathers what software teams leave in their tools, makes it pseudonymous and delivers it to a controller.

Usage: gatherer [options] <command> [options of the command]`;

const end = `Options of all commands:
  --log LEVEL        Least serious level to log: DEBUG, INFO, WARNING, ERROR or CRITICAL (INFO)
  --help, -h         This text, or the options of a command: gatherer <command> --help
  --help-variables   The help with the options that stand for environment variables
  --version          The version

Every environment variable has an option: JIRA_KEY is --jira-key, SSH_HOST is --ssh-host. The command line goes before
the environment, which goes before the files env and config/env.

Examples:
  gatherer demo                           Everything at once on this machine: controller, agent, sample repository
  gatherer config check                   What is missing or contradictory before anything runs
  CRON_PERIOD=hourly gatherer agent       Gather every hour; JENKINS_URL=x gatherer agent gathers once
  gatherer git-to-json PROJ --log DEBUG   One step, with every detail

Documentation: docs/installation.md, docs/configuration.md (every variable and option), docs/commands.md`;

/** The text of `gatherer --help`. */
export function helpText(commands: readonly Registration[]): string {
  const width = Math.max(...commands.map(({ usage }) => usage.length)) + 2;
  const sections = groups.flatMap((group) => {
    const lines = commands
      .filter((command) => command.group === group)
      .map(({ usage, summary }) => `  ${usage.padEnd(width)}${summary}`);
    return lines.length === 0 ? [] : [[`${group}:`, ...lines].join('\n')];
  });
  return [start, ...sections, end].join('\n\n');
}

/** Whether the words ask for help without naming a command, or say nothing at all. */
export function asksForHelp(words: readonly string[], commands: readonly Registration[]): boolean {
  const names = commands.map(({ usage }) => usage.split(' ', 1)[0]);
  if (words.some((word) => names.includes(word))) return false;
  return words.length === 0 || words[0] === 'help' || words.includes('--help') || words.includes('-h');
}
