import type { Command } from '../command.js';

export const command: Command<{ action: 'check' | 'show' }> = {
  options: (yargs) =>
    yargs.positional('action', { describe: 'What to do', choices: ['check', 'show'] as const, demandOption: true }),
  run: async (runtime) => {
    runtime.log.info(`${runtime.settings.file}: projects ${runtime.settings.projects.join(', ')}`);
    runtime.log.info(`${runtime.credentials.file}: hosts ${runtime.credentials.hosts.join(', ')}`);
    return 0;
  },
};
