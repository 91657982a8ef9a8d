import { azureCredentials, azureMapping, azurePath, startAzure, writeAzureDataset } from '../test/servers/azure.js';
import { githubCredentials, startGitHub, writeGitHubDataset } from '../test/servers/github.js';
import { gitlabToken, startGitLab, writeGitLabDataset } from '../test/servers/gitlab.js';
import type { SimulatorServer } from '../test/servers/simulator.js';

/** What a repository has. */
export interface Amount {
  /** Merge or pull requests. */
  readonly requests: number;
  /** Notes on each of those. */
  readonly notes: number;
  /** When something happened that is in no table, after all that is. */
  readonly otherActivity?: boolean;
}

/** A system with reviewed changes, whose gathering is measured. */
export interface Forge {
  readonly name: string;
  /** Type of the source. */
  readonly type: string;
  /** Of the repository. */
  readonly path: string;
  /** @param port 0 for any */
  readonly start: (folder: string, amount: Amount, flags: readonly string[], port: number) => Promise<SimulatorServer>;
  /** Contents of further files of the home folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Contents of credentials.cfg. */
  readonly credentials: (server: SimulatorServer) => string;
  /** Requests that the API makes necessary for all of it. */
  readonly fewest: (amount: Amount) => number;
}

/** Lists have a hundred items a page at most, and a page where they have none. */
const pages = (items: number): number => Math.max(1, Math.ceil(items / 100));
/** Pushes to GitLab for each merge request. */
const pushesPerRequest = 0.5;

const gitlab: Forge = {
  name: 'GitLab',
  type: 'gitlab',
  path: 'group/project-1',
  start: (folder, { requests, ...amount }, flags, port) => {
    const size = { ...amount, mergeRequests: requests, pushes: requests * pushesPerRequest };
    return startGitLab(writeGitLabDataset(folder, size), flags, port);
  },
  credentials: ({ host }) => `[${host}]\ngitlab_token = ${gitlabToken}\n`,
  // The project, both lists, and the notes of each merge request.
  fewest: ({ requests, notes }) => 1 + pages(requests) + pages(requests * pushesPerRequest) + requests * pages(notes),
};

const github: Forge = {
  name: 'GitHub',
  type: 'github',
  path: 'group/repository-1',
  start: (folder, { requests, notes, ...amount }, flags, port) => {
    const size = { ...amount, pulls: requests, comments: notes };
    return startGitHub(writeGitHubDataset(folder, size), flags, port);
  },
  credentials: githubCredentials,
  // The repository, pull requests as such and as issues, both kinds of comments on them, those on commits, and reviews.
  fewest: ({ requests, notes }) => 1 + 2 * pages(requests) + 2 * pages(requests * notes) + 1 + requests,
};

/** Pushes to Azure DevOps, and changes of its work items, for each pull request. */
const pushesPerPull = 2;
const revisionsPerPull = 3;
/** Changes of work items come in batches of that many. */
const batch = 200;

const azure: Forge = {
  name: 'Azure DevOps',
  type: 'tfs',
  path: azurePath(1),
  start: (folder, { requests, notes }, flags, port) => {
    const changes = { pushes: requests * pushesPerPull, revisions: requests * revisionsPerPull };
    return startAzure(writeAzureDataset(folder, { ...changes, pullRequests: requests, comments: notes }), flags, port);
  },
  files: { 'vsts_fields.json': azureMapping },
  credentials: azureCredentials,
  // Pushes, pull requests by the thousand, the threads of each, work items, and two teams with members and sprints.
  fewest: ({ requests }) =>
    pages(requests * pushesPerPull) +
    Math.ceil(requests / 1000) +
    requests +
    Math.ceil((requests * revisionsPerPull) / batch) +
    (1 + 2 * 2),
};

export const forges: readonly Forge[] = [gitlab, github, azure];
