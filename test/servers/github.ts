import { type SimulatorServer, startSimulator, writeDataset } from './simulator.js';
import { writeSmallHistory } from './small-history.js';

/** The token that the dataset knows. */
export const githubToken = 'token-of-the-gatherer';

export interface GitHubSize {
  readonly pulls: number;
  /** Of each pull request, as many of each kind. */
  readonly comments: number;
  readonly issues?: number;
  readonly commitComments?: number;
  /** All made in the same year, so that sizes can be compared. */
  readonly repositories?: number;
  /** When something happened that is in no table, after all that is. */
  readonly otherActivity?: boolean;
}

const users = [
  { login: 'mvisser', id: 11 },
  { login: 'osahin', id: 12 },
  { login: 'tnakamura', id: 13 },
  { login: 'helper[bot]', id: 14, type: 'Bot' },
];

const start = Date.UTC(2024, 0, 1);
const moment = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
const person = (index: number): string => users[index % 3]?.login ?? '';
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Writes a dataset with its repository. */
export function writeGitHubDataset(folder: string, size: GitHubSize): string {
  writeSmallHistory(folder);
  const repositories = range(size.repositories ?? 1).map((index) => repository(index + 1, size));
  const organizations = [{ login: 'group', id: 1, teams: [] }];
  return writeDataset(folder, { tokens: { [githubToken]: 'mvisser' }, users, organizations, repositories });
}

function repository(id: number, size: GitHubSize): unknown {
  const { pulls, issues = 0, commitComments = 0, otherActivity = false } = size;
  // That of the newest row.
  const last = moment((pulls + issues + commitComments) * 10 + (commitComments > 0 ? 1 : 5));
  return {
    ...{ id, full_name: `group/repository-${id}`, repository: 'small.fast-import', default_branch: 'main' },
    ...{ created_at: moment(0), updated_at: otherActivity ? moment(10_000_000) : last },
    pulls: range(pulls).map((index) => pull(id, index + 1, size.comments)),
    issues: range(issues).map((index) => issue(id, pulls + index + 1)),
    comments: range(commitComments).map((index) => ({
      ...comment(id * 9_000_000 + index, pulls + issues + index + 1),
      ...{ commit_id: '1'.repeat(40), path: 'a.txt', line: 1, position: 1 },
    })),
  };
}

function item(repository: number, number: number): Record<string, unknown> {
  return {
    ...{ id: repository * 1_000_000 + number, number, title: `Change ${number}`, user: person(number) },
    ...{ body: 'Why it is needed. '.repeat(20), assignee: number % 2 === 0 ? person(number + 1) : null },
    ...{ created_at: moment(number * 10), updated_at: moment(number * 10 + 5) },
  };
}

function issue(repository: number, number: number): unknown {
  return { ...item(repository, number), state: 'open', labels: ['enhancement'], comments: [comment(number, number)] };
}

function pull(repository: number, number: number, comments: number): unknown {
  const id = (repository * 1_000_000 + number) * 100;
  const line = { commit_id: '1'.repeat(40), path: 'a.txt', position: 1, diff_hunk: '@@ -1,1 +1,2 @@\n a\n+b' };
  return {
    ...item(repository, number),
    ...{ state: 'closed', closed_at: moment(number * 10 + 5), merged_at: moment(number * 10 + 5) },
    ...{ head: `change-${number}`, base: 'main' },
    reviews: [
      { id, user: person(number + 1), state: 'APPROVED', body: '', submitted_at: moment(number * 10 + 2) },
      { id: id + 1, user: 'helper[bot]', state: 'COMMENTED', body: '', submitted_at: moment(number * 10 + 3) },
    ],
    comments: range(comments).map((index) => comment(id + 10 + index, number)),
    review_comments: range(comments).map((index) => ({ ...comment(id + 50 + index, number), ...line })),
  };
}

function comment(id: number, number: number): Record<string, unknown> {
  const at = moment(number * 10 + 1);
  return { id, body: `Remark ${id} `.repeat(10), user: person(id), created_at: at, updated_at: at };
}

/**
 * Starts the simulator on a dataset.
 *
 * @param flags of faults and latency
 * @param port that of an earlier one, so that clones know it
 * @returns whose requests are those to the API
 */
export async function startGitHub(dataset: string, flags: readonly string[] = [], port = 0): Promise<SimulatorServer> {
  const server = await startSimulator('github', dataset, flags, port);
  return { ...server, requests: () => server.requests().filter(({ url }) => url.startsWith('/api/')) };
}

/** Section of `credentials.cfg`. */
export function githubCredentials({ host, url }: SimulatorServer, token = githubToken): string {
  return `[${host}]\ngithub_token = ${token}\ngithub_api_url = ${url}/api/v3\n`;
}
