import { once } from 'node:events';
import Table from 'cli-table3';
import { ConfigError } from '../../src/config/errors.js';
import { parseProjectKey } from '../../src/config/project.js';
import type { Runtime } from '../../src/config/runtime.js';
import { packageFolder } from '../../src/config/version.js';
import { writeConfiguration } from '../../src/config/write-templates.js';
import { findRelease } from '../../src/controller/find-release.js';
import { startController } from '../../src/controller/index.js';
import type { ImportSummary, Operator } from '../../src/controller/operator.js';
import { type ControllerOptions, readControllerOptions } from '../../src/controller/options.js';
import { withOperator } from '../../src/controller/reach-operator.js';
import { localTime } from '../../src/tables/local-time.js';
import { defineCommand } from '../command.js';

const text = { type: 'string', requiresArg: true } as const;

export const command = defineCommand(
  (yargs) =>
    yargs
      .positional('action', {
        describe: 'run: start it. To the one that runs: rekey KEY, imports [PROJECT], retry [PROJECT], discard PROJECT',
        choices: ['run', 'rekey', 'imports', 'retry', 'discard'] as const,
        default: 'run' as const,
      })
      .positional('target', { describe: 'Key of an agent (rekey) or a project', type: 'string' })
      .option('data', { ...text, describe: 'Folder for all that it keeps (CONTROLLER_DATA); default data' })
      .option('listen', { ...text, describe: 'Address to listen on (CONTROLLER_LISTEN); default all' })
      .option('port', { ...text, describe: 'Port of HTTPS (CONTROLLER_PORT); default 443' })
      .option('ssh-port', { ...text, describe: 'Port of SSH (CONTROLLER_SSH_PORT); default 22' })
      .option('names', { ...text, describe: 'Names for a certificate that is made, with commas (CONTROLLER_NAMES)' })
      .option('cert', { ...text, describe: 'File of the certificate, with --key (CONTROLLER_CERT)' })
      .option('key', { ...text, describe: 'File of the key of the certificate (CONTROLLER_KEY)' })
      .option('registration', { ...text, describe: 'safe or open (CONTROLLER_REGISTRATION); default safe' })
      .option('quota', { ...text, describe: 'MiB that an agent may have uploaded (CONTROLLER_QUOTA)' })
      .option('trusted-proxy', { ...text, describe: 'Networks of proxies, with commas (CONTROLLER_TRUSTED_PROXIES)' }),
  async (runtime, args) => {
    const { action, target } = args;
    const options = readControllerOptions(args, runtime.environment, runtime.home);
    if (action === 'run') {
      return runUntilSignal(runtime, options);
    }
    const key = target === undefined ? undefined : parseProjectKey(target, action);
    return withOperator(options, runtime.log, (operator) => operate(operator, action, key));
  },
);

async function runUntilSignal(runtime: Runtime, options: ControllerOptions): Promise<number> {
  for (const file of await writeConfiguration(runtime.environment)) {
    runtime.log.info(`Wrote ${file} from its template and the environment`);
  }
  const controller = await startController(options, {
    readSettings: () => runtime.reread().settings,
    startScrape: (project, signal) => startImportedScrape(runtime, project, signal),
    release: await findRelease(runtime.version, packageFolder(), runtime.environment),
    localTime: localTime(runtime.environment),
    signal: runtime.signal,
    log: runtime.log,
  });
  if (!runtime.signal.aborted) {
    await once(runtime.signal, 'abort');
  }
  runtime.log.info('Stopping');
  await controller.close();
  return 0;
}

/** With the settings as they are now. The module is imported by the first export that is imported. */
async function startImportedScrape(runtime: Runtime, project: string, signal: AbortSignal): Promise<boolean> {
  const { startScrapeJob } = await import('../../src/controller/scrape-job.js');
  const { home, version, environment, settings, credentials, log } = runtime.reread();
  return startScrapeJob({ home, version, environment, settings, credentials, log, signal }, project);
}

async function operate(
  operator: Operator,
  action: 'rekey' | 'imports' | 'retry' | 'discard',
  key: string | undefined,
): Promise<number> {
  switch (action) {
    case 'rekey':
      return allowRekey(operator, key);
    case 'retry':
      console.log(`Imports that wait again: ${await operator.retryImports(key)}`);
      return 0;
    case 'discard':
      return discardImports(operator, key);
    case 'imports':
      console.log(importTable(await operator.imports(key)));
      return 0;
  }
}

async function allowRekey(operator: Operator, key: string | undefined): Promise<number> {
  if (key === undefined) {
    throw new ConfigError('rekey', 'expected the key of an agent');
  }
  const known = await operator.allowRekey(key);
  console.log(known ? `Agent ${key} may register once with another key` : `There is no agent ${key}`);
  return known ? 0 : 1;
}

async function discardImports(operator: Operator, key: string | undefined): Promise<number> {
  if (key === undefined) {
    throw new ConfigError('discard', 'expected the key of a project');
  }
  console.log(`Failed imports that were discarded: ${await operator.discardImports(key)}`);
  return 0;
}

function importTable(imports: readonly ImportSummary[]): string {
  const table = new Table({
    head: ['import', 'project', 'agent', 'state', 'since', 'message'],
    style: { head: [], border: [] },
  });
  for (const { id, project, agent, state, updated, message = '' } of imports) {
    table.push([id, project, agent, state, updated, message]);
  }
  return table.toString();
}
