import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { register } from '../../scraper/registration.js';
import { cloneFolder } from '../../src/sources/git/clone.js';
import { Upstream } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import { runCommand } from '../run-command.js';
import { startBench } from '../servers/dropbox.js';
import { makeCertificate } from '../servers/https.js';
import { startScriptedController } from '../servers/scripted-controller.js';
import { type SimulatorServer, startSimulator, writeDataset } from '../servers/simulator.js';
import { temporaryFolder } from '../temporary-folder.js';

const commands = [
  register('Maintenance', 'init-gitlab <project>', '', () => import('../../scraper/commands/init-gitlab.js')),
  register(
    'Maintenance',
    'filter-sourcecode <project>',
    '',
    () => import('../../scraper/commands/filter-sourcecode.js'),
  ),
];

const token = 'token-of-the-archive';
const users = [{ id: 8, username: 'measurer' }];
const stateSchema = z.object({
  projects: z.record(z.string(), z.object({ visibility: z.string(), protected: z.array(z.string()) })),
  members: z.record(z.string(), z.number()),
});

/** What the repository at a URL has in its files on the default branch of tests. */
function contentsOf(url: string): string {
  const clone = path.join(temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '--quiet', '--branch', 'master', url, clone], { stdio: 'ignore' });
  const files = readdirSync(clone).filter((file) => file !== '.git');
  return files.map((file) => readFileSync(path.join(clone, file), 'utf8')).join('\n');
}

/** A project with two cloned repositories, one that is empty, and one that nobody has cloned; and an archive. */
class Archive {
  readonly folder = temporaryFolder();

  private constructor(private readonly server: SimulatorServer) {
    const url = 'https://gitlab.example.org/group';
    mkdirSync(path.join(this.folder, 'export', 'TEST'), { recursive: true });
    this.write(
      'settings.cfg',
      `[projects]\nTEST = team\n[gitlab]\nurl = ${server.url}\ntoken = ${token}\nlevel = 20\n`,
    );
    this.write('credentials.cfg', '[gitlab.example.org]\ngitlab_token = another-token\n');
    const names = ['App', 'tools/library', 'empty', 'absent'];
    const sources = names.map((name) => ({ type: 'gitlab', name, url: `${url}/${name}.git` }));
    this.write('export/TEST/data_sources.json', JSON.stringify(sources));
    for (const [index, name] of names.slice(0, 3).entries()) {
      const clone = new Upstream(
        cloneFolder(path.join(this.folder, 'project-git-repos'), 'TEST', `${url}/${name}.git`),
      );
      if (name !== 'empty') clone.commit(`Secret of ${name}`, { committed: 1_748_764_800 + index });
    }
  }

  static async start(): Promise<Archive> {
    const dataset = writeDataset(temporaryFolder(), { token, group: 'team', users });
    const server = await startSimulator('gitlab-archive', dataset);
    onTestFinished(() => server.stop());
    return new Archive(server);
  }

  run(...words: readonly string[]): Promise<number> {
    const [command = '', ...options] = words;
    return runCommand(commands, [command, 'TEST', ...options], {
      folder: this.folder,
      environment: {
        GATHERER_SETTINGS_FILE: path.join(this.folder, 'settings.cfg'),
        GATHERER_CREDENTIALS_FILE: path.join(this.folder, 'credentials.cfg'),
      },
    });
  }

  async state(): Promise<z.output<typeof stateSchema>> {
    return stateSchema.parse(await (await fetch(`${this.server.url}/state`)).json());
  }

  /** What an archived repository has in its files. */
  contents(name: string): string {
    const url = this.server.url.replace('://', `://oauth2:${token}@`);
    return contentsOf(`${url}/team/${name}.git`);
  }

  requests(): readonly string[] {
    return this.server.requests().map(({ method, url }) => `${method} ${url}`);
  }

  private write(file: string, text: string): void {
    writeFileSync(path.join(this.folder, file), text);
  }
}

describeWith([requirements.git], 'the archive at GitLab', () => {
  it('makes projects of the repositories that are cloned, pushes to them, and lets the user in', async () => {
    const archive = await Archive.start();
    expect(await archive.run('init-gitlab', '--upload', '--user', 'measurer', '--dry-run')).toBe(0);
    expect(archive.requests().every((request) => request.startsWith('GET'))).toBe(true);
    expect(await archive.run('init-gitlab', '--upload', '--user', 'measurer')).toBe(0);
    const made = { visibility: 'private', protected: [] };
    expect(await archive.state()).toEqual({ projects: { app: made, library: made }, members: { 8: 20 } });
    expect(archive.contents('app')).toBe('Secret of App');
    // Another level, and copies without contents over those that are there.
    expect(await archive.run('init-gitlab', '--upload', '--filter', '--user', 'measurer', '--level', '30')).toBe(0);
    expect((await archive.state()).members).toEqual({ 8: 30 });
    expect(archive.contents('app')).toBe('0'.repeat('Secret of App'.length));
    expect(archive.contents('library')).toBe('0'.repeat('Secret of tools/library'.length));
  });

  it('deletes those that are named', async () => {
    const archive = await Archive.start();
    expect(await archive.run('init-gitlab', '--create')).toBe(0);
    expect(Object.keys((await archive.state()).projects)).toEqual(['app', 'library']);
    expect(await archive.run('init-gitlab', '--delete', '--repos', 'App', 'other')).toBe(0);
    expect(Object.keys((await archive.state()).projects)).toEqual(['library']);
    expect(await archive.run('init-gitlab', '--delete', '--repos', 'app')).toBe(0);
  });

  it('says by its status what could not be archived, or is asked for wrongly', async () => {
    const archive = await Archive.start();
    expect(await archive.run('init-gitlab', '--create', '--token', 'wrong')).toBe(1);
    expect(await archive.run('init-gitlab', '--create', '--user', 'measurer', '--level', 'high')).toBe(2);
    expect(await archive.run('init-gitlab', '--create', '--url', 'gitlab.example.org')).toBe(2);
    expect((await archive.state()).projects).toEqual({});
  });

  it('sends copies to the controller, which git can clone', async () => {
    const archive = await Archive.start();
    const bench = await startBench();
    const identity = makeCertificate();
    const controller = await startScriptedController(identity, [], (text) => text);
    onTestFinished(() => controller.close());
    controller.hostKeys = { host_keys: bench.dropbox.hostKeys, port: bench.dropbox.port };
    const certificate = path.join(archive.folder, 'controller.crt');
    writeFileSync(certificate, identity.certificate);
    const server = ['--ssh', `127.0.0.1:${controller.port}`, '--cert', certificate, '--key', bench.keyPath];
    expect(await archive.run('filter-sourcecode', ...server, '--agent', 'agent-TEST', '--repos', 'app')).toBe(0);
    expect(contentsOf(path.join(bench.home, 'export', 'TEST', 'app.bundle'))).toBe('0'.repeat('Secret of App'.length));
    expect(readdirSync(path.join(archive.folder, 'export', 'TEST'))).not.toContain('app.bundle');
  });

  it('makes copies without contents, and leaves the clones', async () => {
    const archive = await Archive.start();
    expect(await archive.run('filter-sourcecode', '--keep')).toBe(0);
    const copies = path.join(archive.folder, 'filtered-git-repos', 'TEST');
    expect(readdirSync(copies).sort()).toEqual(['app.git', 'library.git']);
    expect(archive.requests()).toEqual([]);
    // Without a controller, there is nowhere to send them to.
    expect(await archive.run('filter-sourcecode', '--no-ssh')).toBe(1);
    expect(existsSync(path.join(archive.folder, 'export', 'TEST', 'app.bundle'))).toBe(false);
  });
});
