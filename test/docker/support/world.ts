import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { countRows } from './count-rows.js';
import { image as defaultImage, docker, logged, tryDocker } from './docker.js';

const sample = '/opt/data-gathering/samples/webshop.fast-import';

/** A network with a controller, which is reached as `controller`, and a Git server with the sample, `repository`. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'gatherer-docker-'));
  readonly network = `gatherer-${randomBytes(3).toString('hex')}`;
  private readonly containers: string[] = [];

  constructor(private readonly image: string = defaultImage) {}

  static async start(projects: readonly string[], image?: string): Promise<World> {
    const world = new World(image);
    try {
      await docker('network', 'create', world.network);
      await world.run('repository', serveSample, ['--network-alias', 'repository', '--no-healthcheck']);
      await world.startController(projects);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Name of a container of this world. */
  name(role: string): string {
    return `${this.network}-${role}`;
  }

  /** Starts a container of the image in the background; its name. */
  async run(role: string, words: readonly string[], options: readonly string[] = []): Promise<string> {
    const name = this.name(role);
    this.containers.push(name);
    await docker('run', '--detach', '--name', name, '--network', this.network, ...options, this.image, ...words);
    return name;
  }

  /** The certificate of the controller, on this machine. */
  get certificate(): string {
    return join(this.folder, 'controller.pem');
  }

  /** Makes the folder of an agent with its `env` and its list of sources; its path. */
  async prepareAgent(
    role: string,
    projects: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const folder = join(this.folder, role);
    for (const project of projects) {
      await mkdir(join(folder, 'export', project), { recursive: true });
      const sources = [{ type: 'git', name: 'webshop', url: 'git://repository/webshop.git' }];
      await writeFile(join(folder, 'export', project, 'data_sources.json'), JSON.stringify(sources));
    }
    await writeFile(join(folder, 'env'), environmentFile({ ...agentVariables(projects), ...variables }));
    return folder;
  }

  /** What the controller says of the imports of a project. */
  async imports(project: string): Promise<string> {
    return docker('exec', this.name('controller'), 'gatherer', 'controller', 'imports', project);
  }

  /** Stops the controller, and counts the rows of a table in its database. */
  async count(table: string): Promise<number> {
    const controller = this.name('controller');
    await docker('stop', controller);
    return countRows(controller, table, join(this.folder, 'database'));
  }

  async stop(): Promise<void> {
    await tryDocker('rm', '--force', '--volumes', ...this.containers);
    await tryDocker('network', 'rm', this.network);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startController(projects: readonly string[]): Promise<void> {
    const variables = { JIRA_KEY: projects.join(' '), CONTROLLER_NAMES: 'controller', SCHEDULE_DAYS: '0' };
    const options = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const name = await this.run('controller', controllerWords, [
      ...options,
      ...['--network-alias', 'controller', '--health-interval', '2s'],
    ]);
    await logged(name, /The controller runs/);
    await docker('cp', `${name}:/home/agent/data/tls/certificate.pem`, this.certificate);
  }
}

const controllerWords = ['controller', '--port', '8443', '--ssh-port', '8022'];

const serveSample = [
  'sh',
  '-c',
  `git init --quiet --bare --initial-branch main /tmp/webshop.git && git -C /tmp/webshop.git fast-import --quiet <${sample} &&
   exec git daemon --export-all --base-path=/tmp /tmp`,
];

function agentVariables(projects: readonly string[]): Readonly<Record<string, string>> {
  return {
    JIRA_KEY: projects.join(' '),
    SSH_HOST: 'controller:8443',
    SSH_USERNAME: `agent-${projects[0]}`,
    SSH_HTTPS_CERT: 'certs/controller.pem',
    DEFINITIONS_CREDENTIALS_ENV: 'AGENT_KEY',
    AGENT_KEY: '/home/agent/.ssh/id_ed25519',
  };
}

export function environmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
}

/** What `docker inspect` says of a container that matters here. */
export const stateSchema = z.object({ ExitCode: z.int(), Running: z.boolean() });

export async function stateOf(container: string): Promise<z.output<typeof stateSchema>> {
  return stateSchema.parse(JSON.parse(await docker('inspect', '--format', '{{json .State}}', container)));
}
