import { agentProblem } from '../../src/agent/health.js';
import { chooseMode } from '../../src/agent/mode.js';
import { webAddress } from '../../src/agent/web-address.js';
import type { Runtime } from '../../src/config/runtime.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      .positional('service', {
        describe: 'What runs here',
        choices: ['agent', 'controller'] as const,
        default: 'agent' as const,
      })
      .option('port', {
        describe: 'Port that it listens on, where an option says so',
        type: 'string',
        requiresArg: true,
      }),
  async (runtime, { service, port }) => {
    const problem = service === 'agent' ? await askAgent(runtime, port) : await askController(runtime, port);
    if (problem !== undefined) runtime.log.error(`The ${service} is not well: ${problem}`);
    return problem === undefined ? 0 : 1;
  },
);

/** An agent that scrapes once has nobody to ask. */
async function askAgent({ environment }: Runtime, port: string | undefined): Promise<string | undefined> {
  return chooseMode(environment).kind === 'once' ? undefined : agentProblem(webAddress(environment, { port }));
}

async function askController({ environment, home }: Runtime, port: string | undefined): Promise<string | undefined> {
  // The options of the controller bring more than an agent needs.
  const { readControllerOptions } = await import('../../src/controller/options.js');
  const { controllerProblem } = await import('../../src/controller/health-check.js');
  return controllerProblem(readControllerOptions({ port }, environment, home));
}
