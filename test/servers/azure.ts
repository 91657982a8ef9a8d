import { type SimulatorServer, startSimulator, writeDataset } from './simulator.js';
import { writeSmallHistory } from './small-history.js';

/** The personal access token that the dataset knows. */
export const azureToken = 'token-of-the-gatherer';

export interface AzureSize {
  readonly pullRequests: number;
  /** Of each pull request, each in a thread of its own. */
  readonly comments: number;
  readonly pushes: number;
  readonly revisions?: number;
  /** All of one project. */
  readonly repositories?: number;
}

/** Parts of the dataset in place of the usual ones. */
export type AzureVariation = Readonly<Record<string, unknown>>;

const start = Date.UTC(2024, 0, 1);
const moment = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const names = ['margriet', 'ozge', 'takumi'];
const person = (index: number): string => names[index % names.length] ?? '';

const identities = Object.fromEntries(
  names.map((name, index) => [
    name,
    {
      id: `0000000${index}-0000-4000-8000-000000000000`,
      displayName: `Who is ${name}`,
      uniqueName: `${name}@example.org`,
    },
  ]),
);

/** Writes a dataset with its repository; the commits of pushes are not in it. */
export function writeAzureDataset(folder: string, size: AzureSize, variation: AzureVariation = {}): string {
  writeSmallHistory(folder);
  const repositories = range(size.repositories ?? 1).map((index) => repository(index + 1, size));
  const project = {
    ...{ id: '00000002-0000-4000-8000-000000000001', name: 'Sky Map', repositories },
    teams: [team(1), team(2)],
    iterations: [{ id: 'i1', name: 'Sprint 1', path: 'Sky Map\\Sprint 1', attributes: { startDate: moment(0) } }],
    workItems: [workItem(size.revisions ?? 0)],
  };
  return writeDataset(folder, {
    auth: { anonymous: false, schemes: ['basic'], tokens: [azureToken] },
    identities,
    collections: [{ name: 'nimbus', projects: [project] }],
    ...variation,
  });
}

function repository(id: number, { pullRequests, comments, pushes }: AzureSize): unknown {
  return {
    ...{ id: `00000003-0000-4000-8000-00000000000${id}`, name: `repository ${id}` },
    ...{ defaultBranch: 'refs/heads/main', fastImport: 'small.fast-import' },
    pushes: range(pushes).map((index) => push(index + 1)),
    pullRequests: range(pullRequests).map((index) => pullRequest(id * 100_000 + index + 1, index, comments)),
  };
}

function push(pushId: number): unknown {
  const objectId = pushId.toString(16).padStart(40, '0');
  const update = { name: 'refs/heads/main', oldObjectId: '1'.repeat(40), newObjectId: objectId };
  return { pushId, date: moment(pushId), pushedBy: person(pushId), refUpdates: [update] };
}

function pullRequest(pullRequestId: number, index: number, comments: number): unknown {
  return {
    ...{ pullRequestId, status: 'completed', createdBy: person(index), title: `Change ${index}` },
    ...{ creationDate: moment(index * 10), closedDate: moment(index * 10 + 5) },
    ...{
      description: 'Why it is needed. '.repeat(20),
      sourceRefName: 'refs/heads/change',
      targetRefName: 'refs/heads/main',
    },
    reviewers: [{ identity: person(index + 1), vote: 10 }],
    threads: range(comments).map((number) => ({
      ...{ id: pullRequestId * 100 + number, properties: {} },
      comments: [comment(number + 1, index)],
    })),
  };
}

function comment(id: number, index: number): unknown {
  const at = moment(index * 10 + 1);
  return { id, author: person(id), content: `Remark ${id} `.repeat(10), publishedDate: at, lastUpdatedDate: at };
}

function team(index: number): unknown {
  const id = `00000007-0000-4000-8000-00000000000${index}`;
  return { id, name: `Team ${index}`, description: '', members: names.slice(0, index + 1), iterations: ['i1'] };
}

function workItem(revisions: number): unknown {
  const fields = {
    ...{ 'System.Title': 'A wish', 'System.AttachedFileCount': 0, 'System.Tags': 'red; green' },
    'System.ChangedBy': 'Who is ozge <ozge@example.org>',
  };
  return {
    id: 1001,
    revisions: range(revisions).map((index) => ({
      rev: index + 1,
      fields: { ...fields, 'System.ChangedDate': moment(index) },
    })),
  };
}

/** Which fields of work items count, as `vsts_fields.json` has it. */
export const azureMapping = JSON.stringify({
  title: { type: 'unicode', field: 'System.Title' },
  attachments: { type: 'integer', field: 'System.AttachedFileCount' },
  labels: { type: 'tags', field: ['System.Tags'] },
  updated: { type: 'timestamp', field: 'System.ChangedDate' },
  updated_by: { type: 'developer', fields: ['Example.None', 'System.ChangedBy'] },
});

/**
 * Starts the simulator on a dataset.
 *
 * @param flags of faults and latency
 * @param port that of an earlier one, so that clones know it
 * @returns whose requests are those to the API
 */
export async function startAzure(dataset: string, flags: readonly string[] = [], port = 0): Promise<SimulatorServer> {
  const server = await startSimulator('azure-devops', dataset, flags, port);
  return { ...server, requests: () => server.requests().filter(({ url }) => url.includes('/_apis/')) };
}

/** URL of a repository below the server. */
export function azurePath(number: number): string {
  return `nimbus/Sky%20Map/_git/repository%20${number}`;
}

/** Section of `credentials.cfg`. */
export function azureCredentials({ host }: SimulatorServer, token = azureToken): string {
  return `[${host}]\ntfs = true\ntfs_token = ${token}\n`;
}
