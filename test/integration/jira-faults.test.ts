import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jiraStep } from '../../src/sources/jira/index.js';
import { allFaults, faults } from '../forge-faults.js';
import { jiraAccount, startJira, writeJiraDataset } from '../servers/jira.js';
import { StepWorld } from '../step-world.js';
import { temporaryFolder } from '../temporary-folder.js';

const size = { issues: 260, entries: 4, comments: 2, sprints: 120 };
/** Of these the Cloud cuts changelogs and comments. */
const long = { issues: 12, entries: 130, comments: 45 };

async function gather(flags: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const isCloud = flags.includes('--cloud');
  const server = await startJira(writeJiraDataset(temporaryFolder(), isCloud ? long : size), flags);
  onTestFinished(() => server.stop());
  const { username, password } = jiraAccount;
  const jira = `[jira]\nserver = ${server.url}\nusername = ${username}\npassword = ${password}\n`;
  const world = new StepWorld(`[projects]\nTEST = Test\n${jira}`);
  const { incomplete } = await world.run(jiraStep());
  expect(incomplete).toEqual([]);
  const met = server.requests().filter(({ fault }) => fault !== null);
  // A rate limit is kept, rather than met.
  if (flags.some((flag) => flag.endsWith('-every'))) expect(met.length).toBeGreaterThan(0);
  expect(world.logged).not.toContain(password);
  return Object.fromEntries(
    readdirSync(world.exported)
      .filter((file) => file.startsWith('data') && file !== 'data_sources.json' && file !== 'data_environments.json')
      .map((file) => [
        file,
        world
          .rows(file)
          .map((row) => JSON.stringify(row))
          .sort(),
      ]),
  );
}

describe.each([
  ['a server', []],
  ['the Cloud', ['--cloud']],
])('Jira as %s', (_, kind) => {
  let undisturbed: Readonly<Record<string, unknown>>;
  const { issues, entries, comments } = kind.length > 0 ? long : size;

  it('gives all rows without faults', async () => {
    undisturbed = await gather(kind);
    expect(undisturbed['data.json']).toHaveLength(issues * (entries + 1));
    expect(undisturbed['data_comments.json']).toHaveLength(issues * comments);
  });

  it.each(faults)('gives the same rows where %s', async (_fault, flags) => {
    expect(await gather([...kind, ...flags])).toEqual(undisturbed);
  });

  it('gives the same rows where everything goes wrong at once, and slowly', async () => {
    expect(await gather([...kind, ...allFaults])).toEqual(undisturbed);
  });

  it('gives the same rows where answers take 20 ms', async () => {
    expect(await gather([...kind, '--latency', '20'])).toEqual(undisturbed);
  });
});
