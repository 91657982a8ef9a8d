import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import {
  type AzureVariation,
  azureCredentials,
  azureMapping,
  azurePath,
  azureToken,
  startAzure,
  writeAzureDataset,
} from '../servers/azure.js';
import type { SimulatorServer } from '../servers/simulator.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { pullRequests: 12, comments: 1, pushes: 3, revisions: 4, repositories: 2 };

const recordSchema = z.record(z.string(), z.unknown());
type Repository = z.output<typeof recordSchema>;
const datasetSchema = z.looseObject({
  collections: z.tuple([
    z.looseObject({ projects: z.tuple([z.looseObject({ repositories: z.array(recordSchema) })]) }),
  ]),
});

interface Change {
  readonly variation?: AzureVariation;
  readonly repositories?: (repositories: readonly Repository[]) => void;
}

/** Writes the dataset with a change to it. */
function dataset(folder: string, { variation = {}, repositories: change }: Change = {}): string {
  const file = writeAzureDataset(folder, size, variation);
  const value = datasetSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  change?.(value.collections[0].projects[0].repositories);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

async function serve(file: string, port = 0): Promise<SimulatorServer> {
  const server = await startAzure(file, [], port);
  onTestFinished(() => server.stop());
  return server;
}

function worldOf(server: SimulatorServer, credentials = azureCredentials(server)): GitWorld {
  const world = new GitWorld();
  world.credentials(credentials);
  world.sources({ one: `${server.url}/${azurePath(1)}`, two: `${server.url}/${azurePath(2)}` }, 'tfs');
  writeFileSync(path.join(world.home, 'vsts_fields.json'), azureMapping);
  return world;
}

/** Items of a list of a repository. */
function listOf(repository: Repository | undefined, name: string): readonly Repository[] {
  const list = z.array(recordSchema).parse(repository?.[name]);
  Object.assign(repository ?? {}, { [name]: list });
  return list;
}

const later = '2024-06-01T12:00:00Z';

describeWith([requirements.git], 'the source Azure DevOps', () => {
  it('goes on after a run that was stopped, without asking again', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    await world.gatherUntilKilled();
    expect(server.requests().filter(({ url }) => url.includes('/threads')).length).toBe(size.pullRequests);
    await world.gather({ jobs: 1 });
    const again = server.requests().map(({ url }) => url);
    expect(again.filter((url) => url.includes('/threads')).length).toBe(size.pullRequests);
    expect(again.filter((url) => url.includes('/repository%201/')).length).toBe(0);
    expect(world.rows('merge_request').length).toBe(2 * size.pullRequests);
    expect(world.rows('merge_request_note').length).toBe(2 * size.pullRequests);
    expect(world.rows('tfs_work_item').length).toBe(2 * size.revisions);
    expect(existsSync(path.join(world.repositories, '.gathered'))).toBe(false);
  });

  it('asks three times where nothing is new, and leaves the tables of the project as they were', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    await world.gather();
    const team = readFileSync(path.join(world.exported, 'data_tfs_team.json'), 'utf8');
    server.requests();
    await world.gather();
    expect(server.requests().length).toBe(2 * 3);
    expect(world.rows('merge_request')).toEqual([]);
    expect(readFileSync(path.join(world.exported, 'data_tfs_team.json'), 'utf8')).toBe(team);
  });

  it('asks for the teams of a project once, whatever repositories it has', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    await world.gather();
    expect(server.requests().filter(({ url }) => url.includes('/teams?')).length).toBe(1);
    expect(world.rows('tfs_team').map((row) => `${row['repo_name']} ${row['team_name']}`)).toEqual(
      expect.arrayContaining(['one Team 1', 'one Team 2', 'two Team 1', 'two Team 2']),
    );
  });

  it('finds what was closed and said in a repository whose commits are the same', async () => {
    const folder = temporaryFolder();
    const first = await serve(dataset(folder));
    const world = worldOf(first);
    await world.gather();
    await first.stop();
    const changed = dataset(folder, {
      repositories: ([one]) => {
        Object.assign(listOf(one, 'pullRequests')[3] ?? {}, { closedDate: later });
      },
    });
    await serve(changed, Number(new URL(first.url).port));
    await world.gather();
    expect(world.rows('merge_request').map(({ repo_name, id }) => [repo_name, id])).toEqual([['one', '100004']]);
    expect(world.rows('tfs_team').length).toBe(2);
    const trackers: unknown = JSON.parse(readFileSync(path.join(world.exported, 'tfs_update.json'), 'utf8'));
    expect(trackers).toMatchObject({ one: '2024-06-01 12:00:00' });
  });

  it('stops where the token is wrong, and names the option', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server, azureCredentials(server, 'revoked-token'));
    const outcome = await world.gather();
    expect([...outcome.failed].sort()).toEqual(['one', 'two']);
    expect(world.logged).not.toContain('revoked-token');
  });

  it('names the option where the API alone refuses, as with a page to sign in at', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    const clone = world.credentials;
    await world.gather();
    clone.call(world, `[${server.host}]\ntfs = true\n`);
    world.setLatest({});
    const outcome = await world.gather({ pull: false });
    expect([...outcome.failed].sort()).toEqual(['one', 'two']);
    expect(world.logged).toContain(`set tfs_token of [${server.host}]`);
  });

  it('leaves malformed items out, and keeps what is beside them', async () => {
    const server = await serve(
      dataset(temporaryFolder(), {
        repositories: ([one]) => {
          const [, second, third, fourth] = listOf(one, 'pullRequests');
          Object.assign(second ?? {}, { creationDate: 'yesterday' });
          Object.assign(third ?? {}, { reviewers: [{ identity: 'ozge', vote: 'yes' }] });
          const thread = listOf(fourth, 'threads')[0];
          Object.assign(listOf(thread, 'comments')[0] ?? {}, { publishedDate: 'yesterday' });
          Object.assign(listOf(one, 'pushes')[1] ?? {}, { date: 'yesterday' });
        },
      }),
    );
    const world = worldOf(server);
    expect(await world.gather()).toMatchObject({ failed: [], incomplete: [] });
    expect(world.rows('merge_request').length).toBe(2 * size.pullRequests - 1);
    expect(world.rows('merge_request_note').length).toBe(2 * size.pullRequests - 2);
    expect(world.rows('merge_request_review').length).toBe(2 * size.pullRequests - 2);
    expect(world.rows('vcs_event').length).toBe(2 * size.pushes - 1);
    expect(world.logged).toContain('reviewers of pull request 100003');
  });

  it('proves an account by NTLM, or by Basic where its password is a token', async () => {
    const users = [{ username: 'EXAMPLE\\svc', password: 'wacht: woord é' }];
    const auth = { anonymous: false, schemes: ['ntlm', 'basic'], users, tokens: [azureToken] };
    const server = await serve(dataset(temporaryFolder(), { variation: { product: 'tfs-2018', auth } }));
    const accounts = [
      'username = EXAMPLE%5Csvc\npassword = wacht: woord é\n',
      `username = anyone\npassword = ${azureToken}\n`,
      `tfs_token = ${azureToken}\n`,
    ];
    for (const account of accounts) {
      const world = worldOf(server, `[${server.host}]\ntfs = true\n${account}`);
      expect(await world.gather()).toMatchObject({ failed: [], incomplete: [] });
      expect(world.rows('merge_request').length).toBe(2 * size.pullRequests);
    }
  });

  it('asks the service in its newest version, and servers in theirs', async () => {
    const versions = [
      ['azure-devops', ['3.0', '7.1']],
      ['tfs-2018', ['3.0', '4.1']],
      ['tfs-2017', ['3.0', '3.2']],
    ] as const;
    for (const [product, expected] of versions) {
      const server = await serve(dataset(temporaryFolder(), { variation: { product } }));
      await worldOf(server).gather();
      const answered = server.requests().filter(({ status }) => status === 200);
      const asked = answered.map(({ url }) => new URL(url, server.url).searchParams.get('api-version') ?? '');
      expect([...new Set(asked)].sort()).toEqual(expected);
    }
  });

  it('has a mapping that is malformed cost the sources, and says where', async () => {
    const world = worldOf(await serve(dataset(temporaryFolder())));
    writeFileSync(path.join(world.home, 'vsts_fields.json'), '{"title": {"type": "poem", "field": "System.Title"}}');
    expect((await world.gather()).failed.length).toBe(2);
    expect(world.logged).toContain('title.type');
  });
});
