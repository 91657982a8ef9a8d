import { type SimulatorServer, startSimulator, writeDataset } from './simulator.js';
import { writeSmallHistory } from './small-history.js';

export type { SimulatorServer as GitLabServer };

/** The token that the dataset knows. */
export const gitlabToken = 'token-of-the-gatherer';

export interface GitLabSize {
  readonly mergeRequests: number;
  readonly notes: number;
  readonly pushes: number;
  /** All made in the same year, so that sizes can be compared. */
  readonly projects?: number;
  /** When something happened that is neither push nor merge request, after all of those. */
  readonly otherActivity?: boolean;
}

const people = [
  { id: 11, username: 'mvisser', name: 'Margriet Visser' },
  { id: 12, username: 'osahin', name: 'Özge Şahin' },
  { id: 13, username: 'tnakamura', name: '中村 拓海' },
];

const start = Date.UTC(2024, 0, 1);
const moment = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
const person = (index: number): string => people[index % people.length]?.username ?? '';

/** Writes a dataset with its repository; the commits of pushes are not in it. */
export function writeGitLabDataset(folder: string, size: GitLabSize): string {
  writeSmallHistory(folder);
  const projects = Array.from({ length: size.projects ?? 1 }, (_, index) => project(index + 1, size));
  return writeDataset(folder, { tokens: { [gitlabToken]: 'mvisser' }, users: people, groups: [], projects });
}

function project(id: number, { mergeRequests, notes, pushes, otherActivity = false }: GitLabSize): unknown {
  const last = moment(Math.max(mergeRequests * 10 + 5, pushes));
  return {
    id,
    path_with_namespace: `group/project-${id}`,
    name: `Project ${id}`,
    created_at: moment(0),
    last_activity_at: otherActivity ? moment(10_000_000) : last,
    repository: 'small.fast-import',
    default_branch: 'main',
    visibility: 'public',
    events: Array.from({ length: pushes }, (_, index) => push(id * 1_000_000 + index, index)),
    merge_requests: Array.from({ length: mergeRequests }, (_, index) => mergeRequest(id, index + 1, notes)),
  };
}

function push(id: number, index: number): unknown {
  const commit = id.toString(16).padStart(40, '0');
  return {
    ...{ id, action_name: 'pushed to', created_at: moment(index), author: person(index) },
    author_username: person(index),
    push_data: { commit_count: 1, ref_type: 'branch', ref: 'main', commit_from: commit, commit_to: commit },
  };
}

function mergeRequest(project: number, iid: number, notes: number): unknown {
  const id = project * 1_000_000 + iid;
  return {
    ...{ id, iid, title: `Change ${iid}`, description: 'Why it is needed. '.repeat(20), state: 'merged' },
    ...{ created_at: moment(iid * 10), updated_at: moment(iid * 10 + 5) },
    ...{ source_branch: `change-${iid}`, target_branch: 'main', upvotes: iid % 3, downvotes: 0 },
    ...{ author: person(iid), assignee: iid % 2 === 0 ? person(iid + 1) : null },
    notes: Array.from({ length: notes }, (_, index) => ({
      ...{ id: id * 100 + index, body: `Remark ${index} `.repeat(10), author: person(index), system: index === 0 },
      created_at: moment(iid * 10 + 1),
    })),
  };
}

/**
 * Starts the simulator on a dataset.
 *
 * @param flags of faults and latency
 * @param port that of an earlier one, so that clones know it
 * @returns whose requests are those to the API
 */
export async function startGitLab(dataset: string, flags: readonly string[] = [], port = 0): Promise<SimulatorServer> {
  const server = await startSimulator('gitlab', dataset, flags, port);
  return { ...server, requests: () => server.requests().filter(({ url }) => url.startsWith('/api/')) };
}
