import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../../src/config/runtime.js';
import type { RunningController } from '../../src/controller/index.js';
import { defineCommand } from '../command.js';
import { configureAgent, type Layout, makeLayout, project, startDemoController } from '../demo/layout.js';
import { findRepository } from '../demo/repository.js';
import { rowsInDatabase, runDemo } from '../demo/run.js';
import { commitRate, commitsOf, summaryTable } from '../demo/summary.js';

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
      // The schedule of the controller would have the agent wait for a day after an import.
      const again = (await controller.store.imports(project)).length > 0;
      console.log(again ? 'First run on files of an earlier demo, which skips the check of the schedule' : 'First run');
      const first = await runDemo(agent, controller.store, again ? '--skip' : '', console.log);
      if (!again || commitsOf(first) > 0) await keepExport(layout);
      console.log('Second run, which skips the check of the schedule');
      const second = await runDemo(agent, controller.store, '--skip', console.log);
      const held = await rowsInDatabase(controller.store);
      console.log(`\n${summaryTable(first, second, held)}\n${commitRate(first)}`);
      console.log(whereToLook(layout));
      if (keep) await keepUp(runtime, layout, controller);
    } finally {
      await controller.close();
    }
    return 0;
  },
);

/** Keeps what the first run exported, as the second one puts its own files in its place. */
async function keepExport({ agent, firstExport }: Layout): Promise<void> {
  await rm(firstExport, { recursive: true, force: true });
  await cp(join(agent, 'export', project), firstExport, { recursive: true });
}

function whereToLook({ agent, controller, firstExport }: Layout): string {
  return [
    `Exported:   ${firstExport} with the commits, ${agent}/export/${project} of the second run`,
    `Agent:      ${agent}: env, settings.cfg, credentials.cfg, secrets.json, project-git-repos/${project}`,
    `Controller: ${controller}/data: database/ (PGlite), agents/${project}/update with the trackers`,
  ].join('\n');
}

async function keepUp(runtime: Runtime, { agent, controller: folder }: Layout, controller: RunningController) {
  // The program may be on no PATH; HOME keeps the pinned host key out of the known_hosts of the person who tries.
  const gatherer = `node ${process.argv[1]}`;
  console.log(`
The controller stays up until Ctrl-C. From another terminal:
  curl --cacert ${controller.certificateFile} "https://127.0.0.1:${controller.port}/auth/status.py?project=${project}&agent=${project}"
  ${gatherer} controller imports --data ${folder}/data
  HOME=${agent} GATHERER_HOME=${agent} ${gatherer} agent --preflight-args=--skip`);
  if (!runtime.signal.aborted) await once(runtime.signal, 'abort');
}
