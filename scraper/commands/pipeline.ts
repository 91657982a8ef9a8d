import { reportTable } from '../../src/agent/report.js';
import type { Runtime } from '../../src/config/runtime.js';
import { writeConfiguration } from '../../src/config/write-templates.js';
import { readPipelineOptions } from '../../src/pipeline/options.js';
import { runPipeline } from '../../src/pipeline/run.js';
import { defineCommand } from '../command.js';
import { parseCommandLine, UsageError } from '../command-line.js';
import { commands } from '../commands.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('projects', {
        describe: 'Keys of the projects, in place of listOfProjects',
        type: 'string',
        array: true,
        default: [],
      })
      .epilogue('What it does is said by environment variables, as in a job of Jenkins: docs/pipeline.md has them all.')
      .example('listOfProjects="SHOP WEB" $0 pipeline', 'Gather and import two projects')
      .example('importerTasks=skip $0 pipeline SHOP', 'Only gather')
      .example('skipGather=true $0 pipeline SHOP', 'Only import what is there'),
  async (runtime, { projects }) => {
    for (const file of await writeConfiguration(runtime.environment)) {
      runtime.log.info(`Wrote ${file} from its template and the environment`);
    }
    const options = readPipelineOptions(runtime, projects);
    const { code, reports } = await runPipeline(runtime, options, runCommand);
    if (process.stdout.isTTY) console.log(reportTable(reports));
    return code;
  },
);

/** Runs another command as the command line does. */
async function runCommand(runtime: Runtime, words: readonly string[]): Promise<number> {
  const selection = await parseCommandLine(words, commands, runtime.version);
  if (selection === undefined) throw new UsageError(`gatherer ${words.join(' ')} does nothing`);
  return selection.run(runtime);
}
