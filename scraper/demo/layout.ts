import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from '../../src/config/atomic-file.js';
import type { Environment } from '../../src/config/environment.js';
import { createRuntime, type Runtime } from '../../src/config/runtime.js';
import { packageFolder } from '../../src/config/version.js';
import { writeConfiguration } from '../../src/config/write-templates.js';
import { findRelease } from '../../src/controller/find-release.js';
import { type RunningController, startController } from '../../src/controller/index.js';
import { writeSourceEntries } from '../../src/sources/entries.js';
import { localTime } from '../../src/tables/local-time.js';
import type { DemoRepository } from './repository.js';

/** Key of the project of the demo. */
export const project = 'DEMO';

/** The folders of the demo. */
export interface Layout {
  readonly folder: string;
  readonly controller: string;
  readonly agent: string;
  /** A copy of what the first run exported. */
  readonly firstExport: string;
}

/** Makes the folders, below a new temporary one where none is given. */
export async function makeLayout(given: string | undefined): Promise<Layout> {
  const folder = given === undefined ? await mkdtemp(join(tmpdir(), 'gatherer-demo-')) : resolve(given);
  const layout = {
    folder,
    controller: join(folder, 'controller'),
    agent: join(folder, 'agent'),
    firstExport: join(folder, 'first-export'),
  };
  await mkdir(layout.controller, { recursive: true, mode: 0o700 });
  await mkdir(join(layout.agent, 'export', project), { recursive: true, mode: 0o700 });
  return layout;
}

/** Starts the controller on free ports of loopback, with the project of the demo in its settings. */
export async function startDemoController(
  runtime: Runtime,
  { controller }: Layout,
  logLevel: string,
): Promise<RunningController> {
  const settings = join(controller, 'settings.cfg');
  await writeFileAtomically(
    settings,
    `[projects]\n${project} = Demonstration\n[network]\n${project} = 127.0.0.1\n[schedule]\ndays = 1\ndrift = 0\n`,
    0o600,
  );
  const own = configured(runtime, controller, { GATHERER_SETTINGS_FILE: settings }, logLevel);
  return startController(
    {
      dataFolder: join(controller, 'data'),
      listen: '127.0.0.1',
      port: 0,
      sshPort: 0,
      names: ['localhost', '127.0.0.1'],
      policy: 'safe',
      proxies: [],
    },
    {
      readSettings: () => own.settings,
      release: await findRelease(runtime.version, packageFolder(), own.environment),
      localTime: localTime(own.environment),
      log: own.log,
    },
  );
}

/** Writes the agent's `env` and its list of sources, as a person would, and reads its configuration. */
export async function configureAgent(
  runtime: Runtime,
  { agent }: Layout,
  controller: RunningController,
  repository: DemoRepository,
  logLevel: string,
): Promise<Runtime> {
  const variables = {
    JENKINS_URL: 'demo',
    JIRA_KEY: project,
    PROJECT_NAME: 'Demonstration',
    SSH_HOST: `127.0.0.1:${controller.port}`,
    SSH_USERNAME: `agent-${project}`,
    SSH_HTTPS_CERT: controller.certificateFile,
    DEFINITIONS_CREDENTIALS_ENV: 'AGENT_PRIVATE_KEY',
    AGENT_PRIVATE_KEY: join(agent, '.ssh', 'id_ed25519'),
    GATHERER_SETTINGS_FILE: join(agent, 'settings.cfg'),
    GATHERER_CREDENTIALS_FILE: join(agent, 'credentials.cfg'),
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`);
  await writeFile(join(agent, 'env'), lines.join(''), { mode: 0o600 });
  await writeSourceEntries(join(agent, 'export', project), [
    { type: 'git', name: repository.name, url: repository.url },
  ]);
  // HOME keeps the pinned host key of the demo out of the known_hosts of the person who runs it.
  const own = configured(runtime, agent, { ...variables, HOME: agent }, logLevel);
  // Ports are new at each start: settings of an earlier demo in the same folder would name the old ones.
  await rm(variables.GATHERER_SETTINGS_FILE, { force: true });
  await writeConfiguration(own.environment);
  return own;
}

/** A configuration of its own for one side: of the surroundings only what every program needs. */
function configured(runtime: Runtime, home: string, variables: Environment, logLevel: string): Runtime {
  const { PATH, TZ, LANG, HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = runtime.environment;
  return createRuntime({
    commandLine: { ...variables, GATHERER_HOME: home },
    process: { PATH, TZ, LANG, HTTP_PROXY, HTTPS_PROXY, NO_PROXY },
    workingFolder: home,
    logLevel,
    terminal: process.stderr.isTTY,
    signal: runtime.signal,
  });
}
