import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import { githubCredentials, githubToken, startGitHub, writeGitHubDataset } from '../servers/github.js';
import type { SimulatorServer } from '../servers/simulator.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { pulls: 12, comments: 1, issues: 3, commitComments: 2, repositories: 2 };

const recordSchema = z.record(z.string(), z.unknown());
type Repository = z.output<typeof recordSchema>;
const datasetSchema = z.looseObject({ repositories: z.array(recordSchema) });

/** Writes the dataset with a change to its repositories. */
function dataset(folder: string, change: (repositories: readonly Repository[]) => void = () => undefined): string {
  const file = writeGitHubDataset(folder, size);
  const value = datasetSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  change(value.repositories);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

async function serve(file: string, flags: readonly string[] = [], port = 0): Promise<SimulatorServer> {
  const server = await startGitHub(file, flags, port);
  onTestFinished(() => server.stop());
  return server;
}

function worldOf(server: SimulatorServer, options = ''): GitWorld {
  const world = new GitWorld();
  world.credentials(`${githubCredentials(server)}${options}`);
  world.sources({ one: `${server.url}/group/repository-1.git`, two: `${server.url}/group/repository-2` }, 'github');
  return world;
}

/** Changes the second one of a list in a repository. */
function spoil(repository: Repository | undefined, name: string, field: string): void {
  const list = z.array(recordSchema).parse(repository?.[name]);
  Object.assign(list[1] ?? {}, { [field]: 'yesterday' });
  Object.assign(repository ?? {}, { [name]: list });
}

describeWith([requirements.git], 'the source GitHub', () => {
  it('goes on after a run that was stopped, without asking again', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    await world.gatherUntilKilled();
    expect(server.requests().filter(({ url }) => url.includes('/reviews')).length).toBe(size.pulls);
    await world.gather({ jobs: 1 });
    const again = server.requests().map(({ url }) => url);
    expect(again.filter((url) => url.includes('/reviews')).length).toBe(size.pulls);
    // Whether it is the same repository is asked for once more.
    expect(again.filter((url) => url.includes('/repository-1')).length).toBe(1);
    expect(world.rows('merge_request').length).toBe(2 * size.pulls);
    expect(world.rows('merge_request_note').length).toBe(2 * size.pulls);
    expect(existsSync(path.join(world.repositories, '.gathered'))).toBe(false);
  });

  it('asks once where nothing is new, and three times where something else was', async () => {
    const folder = temporaryFolder();
    const server = await serve(dataset(folder));
    const world = worldOf(server);
    await world.gather();
    server.requests();
    await world.gather();
    const quiet = server.requests();
    expect(quiet.length).toBe(2);
    expect(quiet.every(({ status }) => status === 304)).toBe(true);
    await server.stop();
    writeGitHubDataset(folder, { ...size, otherActivity: true });
    const other = await serve(path.join(folder, 'dataset.json'), [], Number(new URL(server.url).port));
    await world.gather();
    expect(other.requests().length).toBe(2 * 3);
    await world.gather();
    const again = other.requests();
    expect(again.length).toBe(2 * 3);
    expect(again.every(({ status }) => status === 304)).toBe(true);
    expect(world.rows('merge_request')).toEqual([]);
    expect(world.rows('commit_comment')).toEqual([]);
  });

  it('fails where the token is wrong, names the option, and has all once it is right', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    world.credentials(githubCredentials(server, 'revoked-token'));
    const outcome = await world.gather();
    expect([...outcome.failed].sort()).toEqual(['one', 'two']);
    expect(world.logged).toContain(`github_token of [${server.host}]`);
    expect(world.logged).not.toContain('revoked-token');
    world.credentials(githubCredentials(server));
    expect(await world.gather()).toMatchObject({ failed: [], incomplete: [] });
    expect(world.rows('merge_request').length).toBe(2 * size.pulls);
  });

  it('loses only the repository that is refused', async () => {
    const server = await serve(dataset(temporaryFolder(), ([first]) => Object.assign(first ?? {}, { access: 403 })));
    const world = worldOf(server);
    expect(await world.gather()).toMatchObject({ failed: ['one'], gathered: ['two'] });
    expect(world.logged).toContain('needs the permissions to read Contents');
    expect(world.rows('merge_request').length).toBe(size.pulls);
    expect(Object.keys(world.latest())).toEqual(['two']);
  });

  it.each([
    ['pulls', 'number'],
    ['issues', 'created_at'],
    ['comments', 'created_at'],
  ])('leaves only the malformed one of its %s out', async (list, field) => {
    const file = dataset(temporaryFolder(), ([first]) => spoil(first, list, field));
    const world = worldOf(await serve(file));
    expect(await world.gather()).toMatchObject({ failed: [], incomplete: [] });
    expect(world.logged).toMatch(/item with id \d+ is left out/);
    const missing = (name: string): number => (name === list ? 1 : 0);
    expect(world.rows('merge_request').length).toBe(2 * size.pulls - missing('pulls'));
    expect(world.rows('github_issue').length).toBe(
      2 * (size.pulls + size.issues) - missing('pulls') - missing('issues'),
    );
    const comments = 2 * (size.pulls * size.comments + size.commitComments);
    expect(world.rows('commit_comment').length).toBe(comments - missing('comments') - missing('pulls'));
  });

  it('leaves reviews and comments of those out that it calls bots', async () => {
    const world = worldOf(await serve(dataset(temporaryFolder())), 'github_bots = mvisser, osahin\n');
    await world.gather();
    const people = ['merge_request_review', 'merge_request_note', 'commit_comment'].flatMap((table) => {
      const field = table === 'merge_request_review' ? 'reviewer' : 'author';
      return world.rows(table).map((row) => row[field]);
    });
    expect([...new Set(people)]).toEqual(['tnakamura']);
    expect(new Set(world.rows('github_issue_note').map((row) => row['author'])).size).toBe(3);
  });

  it('begins a first run at the date of --since, and goes on from there', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    // The seventh of its twelve pull requests was updated at 01:15.
    await world.gather({ since: '2024-01-01 01:15:00' });
    expect(
      world
        .rows('merge_request')
        .map(({ id }) => Number(id))
        .sort((a, b) => a - b),
    ).toEqual([7, 8, 9, 10, 11, 12].flatMap((number) => [number, number]));
    await world.gather();
    expect(world.rows('merge_request')).toEqual([]);
  });

  it('serves a source of type git where the credentials have a token', async () => {
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    world.sources({ one: `${server.url}/group/repository-1` });
    await world.gather();
    expect(world.rows('merge_request').length).toBe(size.pulls);
  });

  it('never sends the token to a server that it is told of', async () => {
    const elsewhere = await serve(dataset(temporaryFolder()));
    const server = await serve(dataset(temporaryFolder()));
    const world = worldOf(server);
    world.credentials(`${githubCredentials(server)}\n[${elsewhere.host}]\n`);
    world.sources({ one: `${server.url}/group/repository-1` }, 'github');
    await world.gather();
    expect(elsewhere.requests()).toEqual([]);
    expect(server.requests().every(({ url }) => !url.includes(githubToken))).toBe(true);
  });
});
