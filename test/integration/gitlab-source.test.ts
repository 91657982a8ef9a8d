import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import { type GitLabServer, gitlabToken, startGitLab, writeGitLabDataset } from '../servers/gitlab.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { mergeRequests: 12, notes: 1, pushes: 3, projects: 2 };

interface Changed {
  readonly projects: Record<string, unknown>[];
}

async function start(change: (dataset: Changed) => void = () => undefined, port = 0): Promise<GitLabServer> {
  const file = writeGitLabDataset(temporaryFolder(), size);
  const dataset = z
    .looseObject({ projects: z.array(z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  change(dataset);
  writeFileSync(file, JSON.stringify(dataset));
  const server = await startGitLab(file, [], port);
  onTestFinished(() => server.stop());
  return server;
}

function worldOf(server: GitLabServer, options = ''): GitWorld {
  const world = new GitWorld();
  world.credentials(`[${server.host}]\ngitlab_token = ${gitlabToken}\n${options}`);
  world.sources({ one: `${server.url}/group/project-1`, two: `${server.url}/group/project-2` });
  return world;
}

describeWith([requirements.git], 'the source GitLab', () => {
  it('goes on after a run that was stopped, without asking again', async () => {
    const server = await start();
    const world = worldOf(server);
    await world.gatherUntilKilled();
    expect(server.requests().filter(({ url }) => url.includes('/notes')).length).toBe(size.mergeRequests);
    await world.gather({ jobs: 1 });
    const again = server.requests().map(({ url }) => url);
    expect(again.filter((url) => url.includes('/notes')).length).toBe(size.mergeRequests);
    expect(again.filter((url) => url.includes('/projects/1/')).length).toBe(0);
    expect(world.rows('merge_request').length).toBe(2 * size.mergeRequests);
    expect(world.rows('merge_request_note').length).toBe(2 * size.mergeRequests);
    expect(existsSync(path.join(world.repositories, '.gathered'))).toBe(false);
  });

  it('asks twice where nothing is new', async () => {
    const server = await start();
    const world = worldOf(server);
    await world.gather();
    server.requests();
    await world.gather();
    expect(server.requests().length).toBe(2 * 2);
    expect(world.rows('merge_request')).toEqual([]);
  });

  it('exports commits where the token is wrong, and names the option', async () => {
    const server = await start();
    const world = worldOf(server);
    world.credentials(`[${server.host}]\ngitlab_token = revoked-token\n`);
    const outcome = await world.gather();
    expect(outcome.failed).toEqual([]);
    expect([...outcome.incomplete].sort()).toEqual(['one', 'two']);
    expect(world.rows('vcs_versions').length).toBe(2);
    expect(world.logged).toContain(`gitlab_token of [${server.host}]`);
    expect(world.logged).not.toContain('revoked-token');
    world.credentials(`[${server.host}]\ngitlab_token = ${gitlabToken}\n`);
    await world.gather();
    expect(world.rows('merge_request').length).toBe(2 * size.mergeRequests);
  });

  it('leaves out what is older than --since in a first run, and goes on from there', { timeout: 300_000 }, async () => {
    const server = await start();
    const world = worldOf(server);
    // Merge request 7 was updated at that moment.
    await world.gather({ since: '2024-01-01 01:15:00' });
    expect(world.rows('merge_request').length).toBe(2 * (size.mergeRequests - 6));
    expect(world.rows('vcs_event')).toEqual([]);
    expect(server.requests().filter(({ url }) => url.includes('/notes')).length).toBe(2 * (size.mergeRequests - 6));
    await world.gather();
    expect(world.rows('merge_request')).toEqual([]);
  });

  it('leaves a malformed merge request out, and the notes that are refused', async () => {
    const server = await start(({ projects }) => {
      const requests = z.array(z.record(z.string(), z.unknown())).parse(projects[0]?.['merge_requests']);
      Object.assign(requests[4] ?? {}, { created_at: 'yesterday' });
      Object.assign(projects[0] ?? {}, { merge_requests: requests });
      Object.assign(projects[1] ?? {}, { refuse: { events: 403 } });
    });
    const world = worldOf(server);
    const outcome = await world.gather();
    expect(outcome).toMatchObject({ failed: [], incomplete: ['two'] });
    expect(world.rows('merge_request').length).toBe(2 * size.mergeRequests - 1);
    expect(world.logged).toContain('item with id 1000005 is left out');
  });

  it('reads no statistics with skip_stats', async () => {
    const world = worldOf(await start(), 'skip_stats = true\n');
    await world.gather();
    expect(world.rows('change_path')).toEqual([]);
    expect(Object.keys(world.rows('vcs_versions')[0] ?? {})).not.toContain('insertions');
  });
});
