import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import { gitlabToken, startGitLab, writeGitLabDataset } from '../servers/gitlab.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { mergeRequests: 60, notes: 2, pushes: 110, projects: 2 };

/** Two projects on a server with these faults. */
async function gather(flags: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const server = await startGitLab(writeGitLabDataset(temporaryFolder(), size), flags);
  onTestFinished(() => server.stop());
  const world = new GitWorld();
  world.credentials(`[${server.host}]\ngitlab_token = ${gitlabToken}\n`);
  world.sources({ one: `${server.url}/group/project-1`, two: `${server.url}/group/project-2` });
  const outcome = await world.gather();
  expect(outcome).toMatchObject({ failed: [], incomplete: [] });
  expect([...outcome.gathered].sort()).toEqual(['one', 'two']);
  const met = server.requests().filter(({ fault }) => fault !== null);
  // A rate limit is kept, rather than met.
  expect(met.length > 0).toBe(flags.some((flag) => flag.endsWith('-every')));
  expect(world.logged).not.toContain(gitlabToken);
  return exported(world.exported);
}

/** All exported files; rows in the order of their text, as sources end in any order. */
function exported(folder: string): Readonly<Record<string, unknown>> {
  rmSync(path.join(folder, 'data_sources.json'));
  return Object.fromEntries(
    readdirSync(folder).map((file) => {
      const value: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
      return [file, Array.isArray(value) ? value.map((row) => JSON.stringify(row)).sort() : value];
    }),
  );
}

const faults: readonly (readonly [string, readonly string[]])[] = [
  ['every seventh request is answered with 503', ['--fail-every', '7:503']],
  ['every fifth request is answered with 429', ['--fail-every', '5:429']],
  ['40 requests are granted each second', ['--rate-limit', '40/1']],
  ['every ninth body is cut', ['--truncate-every', '9']],
];

describeWith([requirements.git], 'GitLab', () => {
  let undisturbed: Readonly<Record<string, unknown>>;

  it('gives all rows of a server without faults', async () => {
    undisturbed = await gather([]);
    expect(undisturbed['data_merge_request.json']).toHaveLength(2 * size.mergeRequests);
    expect(undisturbed['data_merge_request_note.json']).toHaveLength(2 * size.mergeRequests * size.notes);
    expect(undisturbed['data_vcs_event.json']).toHaveLength(2 * size.pushes);
  });

  it.each(faults)('gives the same rows where %s', async (_, flags) => {
    expect(await gather(flags)).toEqual(undisturbed);
  });

  it.each(faults)('gives the same rows where answers take 20 ms and %s', async (_, flags) => {
    expect(await gather([...flags, '--latency', '20'])).toEqual(undisturbed);
  });

  it('gives the same rows where everything goes wrong at once', async () => {
    const flags = faults.filter(([, [flag]]) => flag !== '--fail-every').flatMap(([, words]) => words);
    expect(await gather([...flags, '--fail-every', '7:503', '--latency', '20'])).toEqual(undisturbed);
  });
});
