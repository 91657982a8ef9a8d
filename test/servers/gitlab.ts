import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** This file is run from its place and from `dist`. */
const root = import.meta.dirname.includes(`${path.sep}dist${path.sep}`) ? '../../..' : '../..';
const simulator = path.resolve(import.meta.dirname, root, 'test/simulators/gitlab.mjs');

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
  writeFileSync(path.join(folder, 'small.fast-import'), repository);
  const projects = Array.from({ length: size.projects ?? 1 }, (_, index) => project(index + 1, size));
  const dataset = { tokens: { [gitlabToken]: 'mvisser' }, users: people, groups: [], projects };
  const file = path.join(folder, 'dataset.json');
  writeFileSync(file, JSON.stringify(dataset));
  return file;
}

const repository = [
  'commit refs/heads/main',
  'committer Margriet Visser <margriet@example.org> 1700000000 +0000',
  'data 5',
  'Start',
  'M 100644 inline a.txt',
  'data 2',
  'a',
  '',
  '',
].join('\n');

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

const requestSchema = z.object({
  method: z.string(),
  url: z.string(),
  status: z.number(),
  fault: z.string().nullable(),
});
export type ServedRequest = z.output<typeof requestSchema>;

export interface GitLabServer {
  readonly url: string;
  readonly host: string;
  /** Requests to the API since the last call. */
  readonly requests: () => readonly ServedRequest[];
  readonly stop: () => Promise<void>;
}

/**
 * Starts the simulator on a dataset.
 *
 * @param flags of faults and latency
 * @param port that of an earlier one, so that clones know it
 */
export async function startGitLab(dataset: string, flags: readonly string[] = [], port = 0): Promise<GitLabServer> {
  const log = path.join(path.dirname(dataset), `requests-${Date.now()}-${Math.random()}.jsonl`);
  const words = [simulator, '--data', dataset, '--port', String(port), '--log', log, ...flags];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(String(line)));
  let seen = 0;
  return {
    url,
    host: new URL(url).host,
    requests: () => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
      const fresh = lines.slice(seen).filter((text) => text !== '');
      seen = lines.length;
      return fresh.map((text) => requestSchema.parse(JSON.parse(text))).filter((one) => one.url.startsWith('/api/'));
    },
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
}
