import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, type Place, runGatherer, type Started, startGatherer } from './gatherer.js';

/** What an agent must know of a controller. */
export interface ControllerAddress {
  readonly port: number;
  readonly certificateFile: string;
}

export interface AgentSetup extends Place {
  readonly controller: ControllerAddress;
  /** Key of the project. */
  readonly project: string;
  /** URLs of Git repositories by name. */
  readonly repositories: Readonly<Record<string, string>>;
}

/** An agent: a folder with its env file and its sources. `agent` scrapes once. */
export class Agent {
  constructor(private readonly setup: AgentSetup) {}

  get folder(): string {
    return this.setup.folder;
  }

  get exported(): string {
    return join(this.setup.root ?? '', this.setup.folder, 'export', this.setup.project);
  }

  run(words: readonly string[], place: Partial<Place> = {}): Promise<Ended> {
    return runGatherer(words, { ...this.setup, ...place });
  }

  start(words: readonly string[], place: Partial<Place> = {}): Started {
    return startGatherer(words, { ...this.setup, ...place });
  }

  /** Contents of the exported files by name; hidden files are not of the export. */
  async files(): Promise<Readonly<Record<string, string>>> {
    const names = (await readdir(this.exported)).filter((name) => !name.startsWith('.')).sort();
    const read = async (name: string) => [name, await readFile(join(this.exported, name), 'utf8')] as const;
    return Object.fromEntries(await Promise.all(names.map(read)));
  }

  async setRepositories(repositories: Readonly<Record<string, string>>): Promise<void> {
    const entries = Object.entries(repositories).map(([name, url]) => ({ type: 'git', name, url }));
    await writeFile(join(this.exported, 'data_sources.json'), JSON.stringify(entries));
  }

  /** Writes the env file; those given take the place of what every agent here has. */
  async setVariables(variables: Readonly<Record<string, string>>): Promise<void> {
    const { folder, controller, project } = this.setup;
    const all = {
      JENKINS_URL: 'test',
      JIRA_KEY: project,
      SSH_HOST: `127.0.0.1:${controller.port}`,
      SSH_USERNAME: `agent-${project}`,
      SSH_HTTPS_CERT: controller.certificateFile,
      DEFINITIONS_CREDENTIALS_ENV: 'AGENT_PRIVATE_KEY',
      AGENT_PRIVATE_KEY: join(folder, '.ssh', 'id_ed25519'),
      ...variables,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}="${value}"\n`);
    await writeFile(join(folder, 'env'), lines.join(''), { mode: 0o600 });
  }
}

/** Makes the folder of an agent. Its settings and credentials are those that the program makes of the env file. */
export async function makeAgent(setup: AgentSetup): Promise<Agent> {
  const agent = new Agent(setup);
  await mkdir(agent.exported, { recursive: true });
  await agent.setVariables({});
  await agent.setRepositories(setup.repositories);
  return agent;
}
