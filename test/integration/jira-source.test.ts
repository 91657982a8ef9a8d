import { appendFileSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jiraStep } from '../../src/sources/jira/index.js';
import type { JiraOptions } from '../../src/sources/jira/options.js';
import { jiraAccount, jiraDataset, startJira } from '../servers/jira.js';
import { writeDataset } from '../servers/simulator.js';
import { StepWorld } from '../step-world.js';
import { temporaryFolder } from '../temporary-folder.js';
import { until } from '../until.js';

const size = { issues: 4, entries: 2, comments: 1 };
const { username, password, token } = jiraAccount;
const withPassword = `username = ${username}\npassword = ${password}\n`;

type Dataset = Readonly<Record<string, unknown>>;

interface Gathered {
  readonly world: StepWorld;
  readonly requests: readonly string[];
  readonly incomplete: readonly string[];
}

interface Setting {
  readonly dataset?: Dataset;
  readonly flags?: readonly string[];
  readonly settings?: string;
  /** Options of the section of the host. */
  readonly credentials?: string;
  readonly options?: JiraOptions;
  readonly prepare?: (world: StepWorld) => void;
}

async function gather(setting: Setting = {}): Promise<Gathered> {
  const {
    dataset = jiraDataset(size),
    flags = [],
    settings = withPassword,
    credentials = '',
    options,
    prepare,
  } = setting;
  const server = await startJira(writeDataset(temporaryFolder(), dataset), flags);
  onTestFinished(() => server.stop());
  const world = new StepWorld(`[projects]\nTEST = Test\n[jira]\nserver = ${server.url}\n${settings}`);
  world.configure('credentials.cfg', `[${server.host}]\n${credentials}`);
  prepare?.(world);
  const { incomplete } = await world.run(jiraStep(options));
  return { world, requests: server.requests().map(({ method, url }) => `${method} ${url}`), incomplete };
}

function issuesOf(world: StepWorld): readonly unknown[] {
  return [...new Set(world.rows('data.json').map(({ key }) => key))].sort();
}

const allIssues = ['TEST-1', 'TEST-2', 'TEST-3', 'TEST-4'];

/** The dataset with changes to one of its issues. */
function withIssue(number: number, changes: Dataset, fields: Dataset = {}): Dataset {
  const dataset = jiraDataset(size);
  const issues = dataset.issues.map((issue, index) =>
    index === number - 1 ? { ...issue, ...changes, fields: { ...issue.fields, ...fields } } : issue,
  );
  return { ...dataset, issues };
}

describe('An account of Jira', () => {
  it('is proven by a token', async () => {
    const { world } = await gather({ settings: '', credentials: `jira_token = ${token}\n` });
    expect(issuesOf(world)).toEqual(allIssues);
    expect(world.logged).not.toContain(token);
  });

  it('is proven by a session, begun once', async () => {
    const { world, requests } = await gather({ credentials: 'jira_auth = cookie\n' });
    expect(issuesOf(world)).toEqual(allIssues);
    expect(requests.filter((request) => request.startsWith('POST'))).toEqual(['POST /rest/auth/1/session']);
  });

  it('begins a session whatever goes wrong on the way', async () => {
    const flags = ['--fail-every', '2:503'];
    const { world } = await gather({ credentials: 'jira_auth = cookie\n', flags });
    expect(issuesOf(world)).toEqual(allIssues);
  });

  it('of the host goes before the one of the settings, and the command line before both', async () => {
    const wrong = 'username = nobody\npassword = wrong\n';
    await expect(gather({ settings: withPassword, credentials: wrong })).rejects.toThrow('401');
    expect(issuesOf((await gather({ settings: wrong, credentials: withPassword })).world)).toEqual(allIssues);
    const { world } = await gather({ settings: wrong, credentials: wrong, options: { username, password } });
    expect(issuesOf(world)).toEqual(allIssues);
  });

  it('that is refused names the options to correct', async () => {
    const credentials = 'jira_token = unknown\n';
    await expect(gather({ settings: '', credentials })).rejects.toThrow(
      /jira_token in \[127\.0\.0\.1:\d+\] of credentials/,
    );
    await expect(gather({ settings: 'username = a\npassword = b\n' })).rejects.toThrow('username and password');
    await expect(gather({ settings: '' })).rejects.toThrow('no account is configured');
  });

  it('need not be there where Jira is open to all', async () => {
    const { world } = await gather({ settings: '', dataset: { ...jiraDataset(size), auth: { anonymous: true } } });
    expect(issuesOf(world)).toEqual(allIssues);
  });
});

describe('Servers of Jira', () => {
  it('may answer as few as they like at once', async () => {
    const limits = { searchMax: 3, sprintMax: 1, userMax: 1 };
    const { world } = await gather({ dataset: { ...jiraDataset({ ...size, issues: 40 }), server: limits } });
    expect(issuesOf(world)).toHaveLength(40);
    expect(world.rows('data_sprint.json')).toHaveLength(3);
    expect(world.rows('data_developer.json')).toHaveLength(4 - 1);
  });

  it.each([
    ['have no agile API', { server: { agile: false } }, ''],
    ['be asked by the path of the old one', {}, 'agile_rest_path = greenhopper\n'],
  ])('may %s', async (_, changes, credentials) => {
    const { world, incomplete } = await gather({ dataset: { ...jiraDataset(size), ...changes }, credentials });
    expect(incomplete).toEqual([]);
    expect(world.rows('data_sprint.json').length).toBeGreaterThan(0);
  });

  it('do not know a project', async () => {
    const dataset = { ...jiraDataset(size), projects: [] };
    await expect(gather({ dataset })).rejects.toThrow('is TEST the key of a project in Jira');
  });

  it('are asked for what is new, by the clock of whoever asks', async () => {
    const dataset = jiraDataset(size);
    const users = dataset.users.map((user) => ({ ...user, timeZone: 'America/New_York' }));
    const prepare = (world: StepWorld) =>
      writeFileSync(path.join(world.exported, 'jira-updated.txt'), '2024-01-01 00:16');
    const { world, requests } = await gather({ dataset: { ...dataset, users }, prepare });
    const asked = requests.map((request) => decodeURIComponent(request.replaceAll('+', ' ')));
    expect(asked.join('\n')).toContain('updated > "2023-12-31 19:16"');
    expect(world.rows('data.json').filter(({ key }) => key === 'TEST-2')).toEqual([]);
    expect(world.rows('data.json').filter(({ key }) => key === 'TEST-3')).toHaveLength(3);
    expect(readFileSync(path.join(world.exported, 'jira-updated.txt'), 'utf8')).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d$/);
  });

  it('are given further conditions', async () => {
    const { world } = await gather({ options: { query: 'key = TEST-2 OR key = TEST-3' } });
    expect(issuesOf(world)).toEqual(['TEST-2', 'TEST-3']);
  });
});

describe('What Jira has of an issue', () => {
  it('may be malformed, and costs only itself', async () => {
    const malformed = { id: '1', author: 'mvisser', created: 5, items: [] };
    const dataset = withIssue(2, { changelog: [malformed, ...(jiraDataset(size).issues[1]?.changelog ?? [])] });
    const { world } = await gather({ dataset });
    expect(world.rows('data.json').filter(({ key }) => key === 'TEST-2')).toHaveLength(3);
    expect(world.logged).toContain('TEST-2: an entry of its changelog is left out');
  });

  it('costs the issue where that is malformed, which is named', async () => {
    const { world } = await gather({ dataset: withIssue(3, { id: null }) });
    expect(issuesOf(world)).toEqual(['TEST-1', 'TEST-2', 'TEST-4']);
    expect(world.logged).toMatch(/issue at position \d is left out, because it is malformed: id/);
  });

  it('may be empty where others have something', async () => {
    const item = { field: 'Story Points', fieldtype: 'custom', from: '', fromString: '', to: '', toString: '' };
    const entry = {
      id: '1',
      created: '2024-01-02T00:00:00.000Z',
      items: [item, { field: 'status', fieldtype: 'jira' }],
    };
    const { world, incomplete } = await gather({
      dataset: withIssue(1, { changelog: [entry] }, { customfield_10002: 3, reporter: null, description: null }),
    });
    expect(incomplete).toEqual([]);
    const rows = world.rows('data.json').filter(({ key }) => key === 'TEST-1');
    expect(rows.map(({ storypoint }) => storypoint)).toEqual(['3.0', undefined]);
    expect(rows.map(({ status }) => status)).toEqual(['5', undefined]);
    expect(rows.map(({ flagged }) => flagged)).toEqual(['0', '0']);
  });

  it('names people in earlier versions as it does today', async () => {
    const { world } = await gather();
    const people = new Set(world.rows('data.json').map(({ assignee }) => assignee));
    expect([...people].sort()).toEqual(['mvisser', 'osahin', 'tnakamura']);
  });

  it('says with jira_corrections in which sprint it was', async () => {
    const entry = (id: string, from: string, to: string) => ({
      ...{ id, author: 'mvisser', created: `2024-01-0${id}T00:00:00.000Z` },
      items: [{ field: 'Sprint', fieldtype: 'custom', from, fromString: '', to, toString: '' }],
    });
    const changelog = [entry('2', '', '1, 2'), entry('3', '1, 2', '3')];
    const dataset = withIssue(1, { changelog }, { customfield_10207: [3] });
    const sprints = ({ world }: Gathered) =>
      world.rows('data.json').flatMap(({ key, sprint }) => (key === 'TEST-1' ? [sprint] : []));
    expect(sprints(await gather({ dataset, credentials: 'jira_corrections = yes\n' }))).toEqual(['3', '2', undefined]);
    expect(sprints(await gather({ dataset }))).toEqual(['3', undefined, undefined]);
  });
});

describe('A run that is stopped', () => {
  it('leaves all as it was, and the next one gathers it', async () => {
    const server = await startJira(writeDataset(temporaryFolder(), jiraDataset({ ...size, issues: 100 })), [
      '--latency',
      '100',
    ]);
    onTestFinished(() => server.stop());
    const world = new StepWorld(`[projects]\nTEST = Test\n[jira]\nserver = ${server.url}\n${withPassword}`);
    writeFileSync(path.join(world.exported, 'jira-updated.txt'), '2023-01-01 00:00');
    const stop = new AbortController();
    const stopped = world.run(jiraStep(), { signal: stop.signal });
    const outcome = expect(stopped).rejects.toThrow('stopped');
    await until(
      () => world.logged.includes('Asking Jira for issues'),
      () => 'issues are asked for',
    );
    stop.abort(new Error('stopped'));
    await outcome;
    expect(world.has('data.json')).toBe(false);
    expect(readFileSync(path.join(world.exported, 'jira-updated.txt'), 'utf8')).toBe('2023-01-01 00:00');
    await world.run(jiraStep());
    expect(issuesOf(world)).toHaveLength(100);
  });
});

const many = jiraDataset({ ...size, issues: 600 });

function folderOf(world: StepWorld): string {
  return path.join(world.exported, '.kept', 'jira-to-json');
}

/** A world in which a run was stopped, and the keys of issues whose pages it has kept. */
async function stoppedRun(flags: readonly string[]) {
  const server = await startJira(writeDataset(temporaryFolder(), many), [...flags, '--latency', '200']);
  const world = new StepWorld(`[projects]\nTEST = Test\n[jira]\nserver = ${server.url}\n${withPassword}`);
  const kept = () => {
    const [file] = existsSync(folderOf(world)) ? readdirSync(folderOf(world)) : [];
    return file === undefined ? '' : readFileSync(path.join(folderOf(world), file), 'utf8');
  };
  const stop = new AbortController();
  const outcome = expect(world.run(jiraStep(), { signal: stop.signal })).rejects.toThrow('stopped');
  await until(
    () => kept().split('\n').length > 2,
    () => 'pages are kept',
  );
  stop.abort(new Error('stopped'));
  await outcome;
  await server.stop();
  const keys = [...kept().matchAll(/"key":"(TEST-\d+)"/g)].map(([, key = '']) => key);
  return { world, port: Number(new URL(server.url).port), keys };
}

describe.each([[[]], [['--cloud']]])('A run that is stopped among many issues, %o,', (flags) => {
  async function goOn(world: StepWorld, port: number, dataset: Dataset): Promise<readonly string[]> {
    const server = await startJira(writeDataset(temporaryFolder(), dataset), flags, port);
    onTestFinished(() => server.stop());
    await world.run(jiraStep());
    return server.requests().flatMap(({ url }) => (/api\/[23]\/search(\/jql)?\?/.test(url) ? [url] : []));
  }

  it('is gone on with behind the last page, even if that was cut', async () => {
    const { world, port, keys } = await stoppedRun(flags);
    const [file = ''] = readdirSync(folderOf(world));
    appendFileSync(path.join(folderOf(world), file), '\n{"issues":[{"id":"1');
    const searches = await goOn(world, port, many);
    expect(searches.length).toBeGreaterThan(0);
    const isBehind = (url: string) => {
      const query = new URL(url, 'http://localhost').searchParams;
      return query.has('nextPageToken') || Number(query.get('startAt')) >= keys.length - 1;
    };
    expect(searches.filter((url) => !isBehind(url))).toEqual([]);
    const undisturbed = await gather({ dataset: many, flags });
    for (const table of ['data.json', 'data_comments.json', 'data_sprint.json']) {
      expect(world.rows(table)).toEqual(undisturbed.world.rows(table));
    }
    expect(existsSync(folderOf(world))).toBe(false);
  });
});

describe('A run that is stopped, and whose issues are others by then,', () => {
  it('begins anew', async () => {
    const { world, port, keys } = await stoppedRun([]);
    const issues = many.issues.filter(({ key }) => key !== keys.at(-1));
    const server = await startJira(writeDataset(temporaryFolder(), { ...many, issues }), [], port);
    onTestFinished(() => server.stop());
    await world.run(jiraStep());
    expect(world.logged).toContain('The issues are others by now');
    expect(issuesOf(world)).toHaveLength(many.issues.length);
  });
});

describe('The mapping that comes with the program', () => {
  it('makes all people pseudonymous', async () => {
    const secrets = JSON.stringify({ salts: { salt: 'a', pepper: 'b' }, usernames: [] });
    const { world } = await gather({ prepare: (prepared) => prepared.configure('secrets.json', secrets) });
    for (const file of ['data.json', 'data_developer.json', 'data_comments.json']) {
      const text = readFileSync(path.join(world.exported, file), 'utf8');
      expect(text).not.toMatch(/mvisser|osahin|tnakamura|Person \d|@example\.org/);
      expect(world.rows(file).every(({ encrypted }) => encrypted === '1')).toBe(true);
    }
    expect(world.logged).not.toMatch(/mvisser|osahin|tnakamura/);
  });

  it('gives way to one in the home folder, which must be right', async () => {
    const mapping = path.join(import.meta.dirname, '../golden/jira/custom-fields/config/jira_fields.json');
    const use = (world: StepWorld) => copyFileSync(mapping, path.join(world.home, 'jira_fields.json'));
    const { world } = await gather({ prepare: use });
    expect(world.has('my_statuses.json')).toBe(true);
    const wrong = (prepared: StepWorld) =>
      writeFileSync(path.join(prepared.home, 'jira_fields.json'), '{"updated": {}, "updated_by": {"type": "person"}}');
    await expect(gather({ prepare: wrong })).rejects.toThrow('updated_by.type');
  });
});
