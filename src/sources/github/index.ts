import { HttpError } from '../../http/errors.js';
import {
  commitComment,
  githubIssue,
  githubIssueNote,
  githubRepository,
  mergeRequest,
  mergeRequestNote,
  mergeRequestReview,
} from '../../tables/catalogue/review.js';
import { changePath, tag, vcsVersions } from '../../tables/catalogue/vcs.js';
import type { TableRow } from '../../tables/definition.js';
import { secondOf } from '../answers.js';
import { gatherKept } from '../gathered.js';
import { gatherGit } from '../git/index.js';
import { Newness } from '../newness.js';
import { latestVersionsFile, type RepositoryContext, type RepositorySource } from '../repository.js';
import type { TrackerValues } from '../source.js';
import { Activity } from './activity.js';
import { Bots } from './bots.js';
import { GitHubClient, type RepositoryAnswer } from './client.js';
import { githubEnvironments } from './environments.js';
import { githubKeys } from './keys.js';
import { type GitHubPlace, openApi, resolvePlace } from './place.js';
import { repositoryRow } from './rows.js';
import type { GitHubRepository } from './schema.js';

/** `{name: moment}`: the newest issue, pull request or comment that was exported. */
const updateFile = 'github_update.json';
/** Which items those of the tracker's second were. It stays with the agent. */
const memoryFile = 'github_exported.json';
/** Tracker of a repository without any of those. */
const none = '1900-01-01 01:01:01';

/** Tables that are filled from the API. */
const apiTables = [
  githubRepository,
  mergeRequest,
  mergeRequestNote,
  mergeRequestReview,
  commitComment,
  githubIssue,
  githubIssueNote,
];

/** Repositories of GitHub: what git has, and from the API issues, pull requests, their reviews and all comments. */
export const githubSource: RepositorySource = {
  types: ['github'],
  tables: [vcsVersions, changePath, tag, ...apiTables],
  trackers: [latestVersionsFile, updateFile, memoryFile],
  environments: githubEnvironments,
  keys: githubKeys,
  servesGitAt: (location) => location.option('github_token') !== undefined,
  async *gather(context, since) {
    const place = resolvePlace(context.entry.url, context);
    const client = new GitHubClient(openApi(context, place));
    const answer = await askRepository(client, place);
    if (await isUpToDate(context, client, answer.repository, since)) {
      context.log.info(`${context.entry.name}: already up to date`);
      return {};
    }
    const options = { location: place.location, evenIfUnchanged: true };
    const latest = yield* gatherGit(context, since[latestVersionsFile], options);
    if (latest === undefined) return {};
    const { [latestVersionsFile]: _version, ...apiSince } = since;
    const gather = (inner: RepositoryContext) => readApi(inner, { client, place, answer }, apiSince);
    const trackers = yield* gatherKept(context, { tables: apiTables, since: apiSince, gather });
    return { [latestVersionsFile]: latest, ...trackers };
  },
};

/** @throws {HttpError} where the repository is refused: nothing of it is gathered then */
async function askRepository(client: GitHubClient, { owner, name, location }: GitHubPlace): Promise<RepositoryAnswer> {
  try {
    return await client.repository(owner, name);
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 404) throw error;
    const who =
      location.option('github_token') === undefined ? 'it be seen without a github_token' : 'the token see it';
    throw error.explained(`is there a repository ${owner}/${name}, and may ${who}?`);
  }
}

/**
 * Whether nothing was changed in the repository since its tracker; where there is none, it is the newest commit that
 * tells.
 */
async function isUpToDate(
  { pull, time }: RepositoryContext,
  client: GitHubClient,
  repository: GitHubRepository,
  since: TrackerValues,
): Promise<boolean> {
  const { [latestVersionsFile]: latest, [updateFile]: tracker } = since;
  if (!pull || latest === undefined) return false;
  if (tracker === undefined) return (await client.head(repository, repository.default_branch || 'main')) === latest;
  const tracked = time.parse(tracker);
  return tracked !== undefined && tracked >= secondOf(repository.updated_at);
}

interface Target {
  readonly client: GitHubClient;
  readonly place: GitHubPlace;
  readonly answer: RepositoryAnswer;
}

/** The tracker stays where a part is refused, so that it comes, with the rest, once it is granted. */
async function* readApi(
  context: RepositoryContext,
  { client, place, answer: { repository, asOf } }: Target,
  since: TrackerValues,
): AsyncGenerator<TableRow, TrackerValues> {
  const { time, entry, earliest } = context;
  const { [updateFile]: tracker, [memoryFile]: memory } = since;
  // In the second of the answer itself, more may still change.
  const newness = new Newness({ tracker, memory, time, none, earliest, until: asOf - 1 });
  yield { table: githubRepository, row: repositoryRow(repository, { repository: entry.name, time }) };
  const bots = new Bots(place.location);
  const isWhole = yield* new Activity({ context, client, repository, newness, bots }).rows();
  if (!isWhole) return { [updateFile]: tracker ?? none };
  return { [updateFile]: newness.tracker, ...(newness.memory === undefined ? {} : { [memoryFile]: newness.memory }) };
}
