import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { countRows } from './support/count-rows.js';
import { docker, eventually, root, succeed } from './support/docker.js';

const rowsOfSample = /^[1-9]\d*$/;

/** A checkout as Compose sees it, with a name of its own. */
class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'gatherer-compose-'));
  private readonly name = `gatherer${this.folder.slice(-6).toLowerCase()}`;

  constructor() {
    for (const path of ['docker-compose.yml', 'deploy']) {
      cpSync(join(root, path), join(this.folder, path), { recursive: true });
    }
  }

  run(...words: readonly string[]): Promise<string> {
    return succeed('docker-compose', words, {
      folder: this.folder,
      environment: { COMPOSE_PROJECT_NAME: this.name },
    });
  }

  async container(service: string): Promise<string> {
    return this.run('ps', '--quiet', service);
  }

  /** Waits until an import is done. */
  async imported(): Promise<void> {
    await eventually('an import that is done', async () => {
      const imports = await this.run('exec', '-T', 'controller', 'gatherer', 'controller', 'imports', 'DEMO');
      return / done /.test(imports) ? true : undefined;
    });
  }

  async end(): Promise<void> {
    await this.run('--profile', 'postgresql', 'down', '--volumes', '--remove-orphans', '--timeout', '5');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describeWith([requirements.docker, requirements.dockerCompose], 'docker-compose.yml', () => {
  let project: Project;

  beforeAll(() => {
    project = new Project();
  });

  afterAll(() => project?.end());

  it('brings a first scrape into the database of the controller', async () => {
    await project.run('up', '--detach', '--no-build');
    await project.imported();
    const controller = await project.container('controller');
    await project.run('stop', 'controller');
    expect(await countRows(controller, 'vcs_versions', join(project.folder, 'database'))).toBeGreaterThan(0);
  });

  it('keeps the keys of the controller from the agent', async () => {
    const agent = await project.container('agent');
    const files = await docker('exec', agent, 'sh', '-c', 'ls certs; ls /run/secrets');
    expect(files).toBe('README.md\ncontroller.pem\nsource-password');
  });

  it('uses PostgreSQL where its profile is on', async () => {
    await project.run('down', '--volumes', '--timeout', '5');
    const secrets = join(project.folder, 'secrets');
    cpSync(join(project.folder, 'deploy/compose/secrets'), secrets, { recursive: true });
    writeFileSync(join(secrets, 'postgres-password'), 'correct-horse\n');
    writeFileSync(
      join(secrets, 'database-url'),
      'postgresql://gros:correct-horse@postgres:5432/gros?sslmode=disable\n',
    );
    writeFileSync(join(project.folder, '.env'), 'COMPOSE_PROFILES=postgresql\nSECRETS=./secrets\n');
    await project.run('up', '--detach', '--no-build');
    await project.imported();
    const query = 'select count(*) from gros.vcs_versions';
    const words = ['psql', '--host', '/tmp', '--username', 'gros', '--tuples-only', '--no-align', '--command', query];
    const rows = await project.run('exec', '-T', '--env', 'PGPASSWORD=correct-horse', 'postgres', ...words);
    expect(rows).toMatch(rowsOfSample);
  });
});
