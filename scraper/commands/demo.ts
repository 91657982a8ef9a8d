import { once } from 'node:events';
import type { Runtime } from '../../src/config/runtime.js';
import type { RunningController } from '../../src/controller/index.js';
import { defineCommand } from '../command.js';
import { configureAgent, type Layout, makeLayout, startDemoController } from '../demo/layout.js';
import { findRepository } from '../demo/repository.js';
import { runDemo } from '../demo/run.js';
import { commitRate, summaryTable } from '../demo/summary.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      .option('repo', {
        describe: 'Path or URL of the Git repository to gather; default this checkout, or a bundled sample',
        type: 'string',
        requiresArg: true,
      })
      .option('data', { describe: 'Folder for all files; default a temporary one', type: 'string', requiresArg: true })
      .option('keep', { describe: 'Leave the controller up until Ctrl-C', type: 'boolean', default: false })
      .example('$0 demo --repo https://git.example.org/shop.git', 'Gather a repository from elsewhere')
      .example('$0 demo --data ./demo --keep', 'Keep the controller, to look around'),
  async (runtime, { repo, data, keep, log }) => {
    const layout = await makeLayout(data);
    const repository = await findRepository(repo, layout.folder);
    const logLevel = typeof log === 'string' ? log : 'ERROR';
    const controller = await startDemoController(runtime, layout, logLevel);
    try {
      console.log(`Controller: https://127.0.0.1:${controller.port}, SSH on port ${controller.sshPort}`);
      console.log(`Repository: ${repository.description}`);
      const agent = await configureAgent(runtime, layout, controller, repository, logLevel);
      console.log('First run');
      const first = await runDemo(agent, controller.store, '', console.log);
      // The schedule of the controller would have the agent wait for a day.
      console.log('Second run, which skips the check of the schedule');
      const second = await runDemo(agent, controller.store, '--skip', console.log);
      console.log(`\n${summaryTable(first, second)}\n${commitRate(first)}`);
      console.log(whereToLook(layout));
      if (keep) await keepUp(runtime, layout, controller);
    } finally {
      await controller.close();
    }
    return 0;
  },
);

function whereToLook({ agent, controller }: Layout): string {
  return [
    `Agent:      ${agent}: env, settings.cfg, secrets.json, export/DEMO with what left it`,
    `Controller: ${controller}/data: database/ (PGlite), agents/DEMO/update with the trackers`,
  ].join('\n');
}

async function keepUp(runtime: Runtime, { agent, controller: folder }: Layout, controller: RunningController) {
  console.log(`
The controller stays up until Ctrl-C. From another terminal:
  curl --cacert ${controller.certificateFile} "https://127.0.0.1:${controller.port}/auth/status.py?project=DEMO&agent=DEMO"
  gatherer controller imports --data ${folder}/data
  GATHERER_HOME=${agent} gatherer agent --preflight-args=--skip`);
  if (!runtime.signal.aborted) await once(runtime.signal, 'abort');
}
