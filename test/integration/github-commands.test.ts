import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { register } from '../../scraper/registration.js';
import { describeWith, requirements } from '../requirements.js';
import { runCommand } from '../run-command.js';
import { githubCredentials, githubToken, startGitHub, writeGitHubDataset } from '../servers/github.js';
import type { SimulatorServer } from '../servers/simulator.js';
import { temporaryFolder } from '../temporary-folder.js';

const group = 'Steps of a scrape';
const commands = [
  register(group, 'generate-key <project>', '', () => import('../../scraper/commands/generate-key.js')),
  register(group, 'environment-sources <project>', '', () => import('../../scraper/commands/environment-sources.js')),
];

const oldKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOldOldOldOldOldOldOldOldOldOldOldOldOldOldOldOl';
const otherKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOtherOtherOtherOtherOtherOtherOtherOtherOther';
const laptopKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILaptopLaptopLaptopLaptopLaptopLaptopLaptop';
const title = 'GROS agent for the TEST project';
const keys = [
  { id: 1, title: 'laptop', key: laptopKey },
  { id: 2, title, key: oldKey },
  { id: 3, title: 'GROS agent for the OTHER project', key: otherKey },
];

const teams = [{ id: 7, slug: 'dykes', name: 'Dykes', repositories: ['group/repository-1', 'group/repository-2'] }];

async function start(): Promise<SimulatorServer> {
  const file = writeGitHubDataset(temporaryFolder(), { pulls: 0, comments: 0, repositories: 3 });
  const dataset = z.looseObject({}).parse(JSON.parse(readFileSync(file, 'utf8')));
  const organizations = [{ login: 'group', id: 1, teams }];
  writeFileSync(file, JSON.stringify({ ...dataset, organizations, keys: { mvisser: keys } }));
  const server = await startGitHub(file);
  onTestFinished(() => server.stop());
  return server;
}

/** A working directory with one source, for the command line. */
class Home {
  readonly folder = temporaryFolder();
  private readonly sources = path.join(this.folder, 'export', 'TEST', 'data_sources.json');

  constructor(credentials: string, entry: Readonly<Record<string, string>>) {
    mkdirSync(path.dirname(this.sources), { recursive: true });
    writeFileSync(path.join(this.folder, 'settings.cfg'), '[ssh]\nhost = -\n[projects]\nTEST = Test\n');
    writeFileSync(path.join(this.folder, 'credentials.cfg'), credentials);
    writeFileSync(this.sources, JSON.stringify([{ type: 'github', name: 'one', ...entry }]));
  }

  run(...words: readonly string[]): Promise<number> {
    return runCommand(commands, words, {
      folder: this.folder,
      environment: {
        GATHERER_SETTINGS_FILE: path.join(this.folder, 'settings.cfg'),
        GATHERER_CREDENTIALS_FILE: path.join(this.folder, 'credentials.cfg'),
        GITHUB_KEY: path.join(this.folder, '.ssh', 'github'),
      },
    });
  }

  found(): unknown {
    return JSON.parse(readFileSync(this.sources, 'utf8'));
  }
}

/** Titles and keys of the account. */
async function keysAt({ url }: SimulatorServer): Promise<readonly (readonly [string, string])[]> {
  const answer = await fetch(`${url}/api/v3/user/keys`, { headers: { authorization: `token ${githubToken}` } });
  const known = z.array(z.object({ title: z.string(), key: z.string() })).parse(await answer.json());
  return known.map((one) => [one.title, one.key] as const);
}

describeWith([requirements.git], 'the public key at GitHub', () => {
  it.each(['--source', '--credentials'])(
    'replaces the older one of the agent with %s, and no other',
    async (option) => {
      const server = await start();
      const home = new Home(`${githubCredentials(server)}env = GITHUB_KEY\n`, {
        url: `${server.url}/group/repository-1`,
      });
      const words = ['generate-key', 'TEST', '--no-ssh', '--no-gitlab', option];
      expect(await home.run(...words, '--dry-run')).toBe(0);
      expect((await keysAt(server)).length).toBe(3);
      expect(await home.run(...words)).toBe(0);
      const publicKey = readFileSync(path.join(home.folder, '.ssh', 'github.pub'), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' ');
      const expected = [
        ['laptop', laptopKey],
        ['GROS agent for the OTHER project', otherKey],
        [title, publicKey],
      ];
      expect(await keysAt(server)).toEqual(expected);
      server.requests();
      expect(await home.run(...words)).toBe(0);
      expect(server.requests().map(({ method }) => method)).toEqual(['GET']);
      expect(await keysAt(server)).toEqual(expected);
    },
  );

  it('touches nothing without an identity for the host', async () => {
    const server = await start();
    const home = new Home(githubCredentials(server), { url: `${server.url}/group/repository-1` });
    expect(await home.run('generate-key', 'TEST', '--no-ssh', '--no-gitlab', '--source')).toBe(0);
    expect(server.requests()).toEqual([]);
  });
});

describeWith([requirements.git], 'the step environment-sources at GitHub', () => {
  const entry = (server: SimulatorServer, number: number) => ({
    ...{ type: 'github', name: `repository-${number}`, url: `${server.url}/group/repository-${number}.git` },
  });

  it('finds the repositories of the owner', async () => {
    const server = await start();
    const home = new Home(githubCredentials(server), { url: `${server.url}/group/repository-2.git` });
    expect(await home.run('environment-sources', 'TEST')).toBe(0);
    expect(home.found()).toEqual([2, 1, 3].map((number) => entry(server, number)));
  });

  it('finds those of the team alone where the source is of one', async () => {
    const server = await start();
    const known = { url: `${server.url}/group/repository-1.git`, github_team: 'dykes' };
    const home = new Home(githubCredentials(server), known);
    expect(await home.run('environment-sources', 'TEST')).toBe(0);
    expect(home.found()).toEqual([1, 2].map((number) => ({ ...entry(server, number), github_team: 'dykes' })));
  });

  it.each([
    ['a team that is not there', { github_team: 'dams' }, githubToken],
    ['a token that is wrong', {}, 'revoked-token'],
  ])('keeps what is known with %s, and --strict says so', async (_, fields, token) => {
    const server = await start();
    const known = { url: `${server.url}/group/repository-1.git`, ...fields };
    const home = new Home(githubCredentials(server, token), known);
    expect(await home.run('environment-sources', 'TEST', '--strict')).toBe(1);
    expect(home.found()).toEqual([{ type: 'github', name: 'one', ...known }]);
  });
});
