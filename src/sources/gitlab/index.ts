import { streamAhead } from '../../http/ahead.js';
import { HttpError } from '../../http/errors.js';
import {
  commitComment,
  gitlabRepository,
  mergeRequestNote,
  mergeRequest as mergeRequestTable,
} from '../../tables/catalogue/review.js';
import { changePath, tag, vcsEvent, vcsVersions } from '../../tables/catalogue/vcs.js';
import type { TableRow } from '../../tables/definition.js';
import type { RowContext } from '../answers.js';
import { Dropins } from '../dropins.js';
import { gatherKept } from '../gathered.js';
import { gatherGit } from '../git/index.js';
import { Newness, noTracker } from '../newness.js';
import { unlessRefused } from '../refusals.js';
import { latestVersionsFile, type RepositoryContext, type RepositorySource } from '../repository.js';
import type { TrackerValues } from '../source.js';
import { GitLabClient } from './client.js';
import { gitlabEnvironments } from './environments.js';
import { gitlabKeys } from './keys.js';
import { type GitLabPlace, openApi, resolvePlace } from './place.js';
import { commitsOf } from './pushed-commits.js';
import { mergeRequestRow, noteRow, projectRow, readPush } from './rows.js';
import type { GitLabProject, MergeRequest } from './schema.js';

/** `{name: moment}`: the newest push or merge request that was exported. */
const updateFile = 'gitlab_update.json';
/** Which items those of the tracker's second were. It stays with the agent. */
const memoryFile = 'gitlab_exported.json';

/** Tables that are filled from the API, and from dropins in its place. */
const reviewTables = [mergeRequestTable, mergeRequestNote, commitComment, gitlabRepository, vcsEvent];

/** Merge requests whose notes are asked for ahead: enough that requests are under way while a slow one is waited for. */
const requestsAhead = 32;
/** Pushes whose ranges are looked up in the clone side by side. */
const pushesAhead = 4;
/** Merge requests between two notes of progress. */
const noted = 50;

/** Projects of GitLab: the repository, and from the API the project, pushes, and merge requests with their notes. */
export const gitlabSource: RepositorySource = {
  types: ['gitlab'],
  tables: [vcsVersions, changePath, tag, ...reviewTables],
  trackers: [latestVersionsFile, updateFile, memoryFile],
  environments: gitlabEnvironments,
  keys: gitlabKeys,
  servesGitAt: (location) => location.option('gitlab_token') !== undefined,
  async *gather(context, since) {
    const place = resolvePlace(context.entry.url, context);
    const client = new GitLabClient(openApi(context, place));
    const project = await askProject(context, client, place);
    if (project !== undefined && (await isUpToDate(context, client, project, since))) {
      context.log.info(`${context.entry.name}: already up to date`);
      return {};
    }
    const dropins = await Dropins.find(context, reviewTables);
    if (dropins !== undefined) yield* dropins.rows();
    const options = { location: place.location, evenIfUnchanged: true };
    const latest = yield* gatherGit(context, since[latestVersionsFile], options);
    if (latest === undefined) return {};
    const versions = { [latestVersionsFile]: latest };
    if (project === undefined) return versions;
    const { [latestVersionsFile]: _version, ...sinceTrackers } = since;
    if (dropins !== undefined) {
      yield { table: gitlabRepository, row: projectRow(project, rowContext(context)) };
      const tracker = (await dropins.tracker(updateFile)) ?? since[updateFile] ?? noTracker;
      return { ...versions, [updateFile]: tracker };
    }
    const gather = (inner: RepositoryContext) => readApi({ context: inner, client, project, place }, since);
    const trackers = yield* gatherKept(context, { tables: reviewTables, since: sinceTrackers, gather });
    return { ...versions, ...trackers };
  },
};

async function* readApi(
  target: Omit<Gathering, 'newness'>,
  since: TrackerValues,
): AsyncGenerator<TableRow, TrackerValues> {
  const { context, project } = target;
  const { time, earliest } = context;
  const newness = new Newness({ tracker: since[updateFile], memory: since[memoryFile], time, earliest });
  yield { table: gitlabRepository, row: projectRow(project, rowContext(context)) };
  yield* readActivity({ ...target, newness });
  return trackerValues(newness);
}

function trackerValues(newness: Newness): TrackerValues {
  const { tracker, memory } = newness;
  return { [updateFile]: tracker, ...(memory === undefined ? {} : { [memoryFile]: memory }) };
}

/** What is gathered of one project. */
interface Gathering {
  readonly context: RepositoryContext;
  readonly client: GitLabClient;
  readonly project: GitLabProject;
  readonly place: GitLabPlace;
  readonly newness: Newness;
}

/** The repository can still be read where the API says nothing: undefined then. */
async function askProject(
  context: RepositoryContext,
  client: GitLabClient,
  place: GitLabPlace,
): Promise<GitLabProject | undefined> {
  try {
    return await client.project(place.path);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const hint = error.status === 404 ? `; is the path right, and may the token see the project ${place.path}?` : '';
    context.onIncomplete(`only its commits and tags are gathered: ${error.message}${hint}`);
    return undefined;
  }
}

/** Whether neither the tracker nor the newest commit leaves anything to ask for. */
async function isUpToDate(
  { pull, time }: RepositoryContext,
  client: GitLabClient,
  project: GitLabProject,
  since: TrackerValues,
): Promise<boolean> {
  const latest = since[latestVersionsFile];
  if (!pull || latest === undefined) return false;
  const tracked = time.parse(since[updateFile] ?? '');
  if (tracked === undefined || tracked < Math.floor(Date.parse(project.last_activity_at) / 1000)) return false;
  return (await client.head(project.id, project.default_branch || 'master')) === latest;
}

async function* readActivity(gathering: Gathering): AsyncGenerator<TableRow> {
  const { context, project } = gathering;
  yield* unlessRefused(context, 'its pushes', readPushes(gathering));
  if (project.merge_requests_enabled === false) {
    context.log.info(`${context.entry.name}: merge requests are switched off`);
    return;
  }
  yield* unlessRefused(context, 'its merge requests', readMergeRequests(gathering));
}

function rowContext({ entry, time }: RepositoryContext): RowContext {
  return { repository: entry.name, time };
}

async function* readPushes(gathering: Gathering): AsyncGenerator<TableRow> {
  const { context, client, project, place, newness } = gathering;
  const commits = commitsOf(context, place);
  context.onProgress('Reading pushes');
  const events = client.pushes(project.id, newness.since);
  yield* streamAhead(events, pushesAhead, async function* (event): AsyncGenerator<TableRow> {
    const push = readPush(event, rowContext(gathering.context));
    if (push === undefined) return;
    const identity = `push ${event.id ?? JSON.stringify([push.row['ref'], push.commits])}`;
    if (!newness.take(event.created_at, identity)) return;
    for (const commit of await commits(push.commits)) {
      yield { table: vcsEvent, row: { ...push.row, version_id: commit } };
    }
  });
}

async function* readMergeRequests(gathering: Gathering): AsyncGenerator<TableRow> {
  const { client, project, newness } = gathering;
  let count = 0;
  async function* newer(): AsyncGenerator<MergeRequest> {
    for await (const request of client.mergeRequests(project.id, newness.since)) {
      if (!newness.take(request.updated_at, `request ${request.id}`)) continue;
      count += 1;
      if (count % noted === 0) gathering.context.onProgress(`Reading merge requests: ${count}`);
      yield request;
    }
  }
  yield* streamAhead(newer(), requestsAhead, (request) => readMergeRequest(gathering, request));
}

/** The notes come first, so that whoever opens this ahead has asked for them. */
async function* readMergeRequest(gathering: Gathering, request: MergeRequest): AsyncGenerator<TableRow> {
  yield* unlessRefused(gathering.context, `the notes of merge request ${request.iid}`, readNotes(gathering, request));
  yield { table: mergeRequestTable, row: mergeRequestRow(request, rowContext(gathering.context)) };
}

async function* readNotes(gathering: Gathering, request: MergeRequest): AsyncGenerator<TableRow> {
  const context = rowContext(gathering.context);
  for await (const note of gathering.client.notes(gathering.project.id, request.iid)) {
    yield { table: mergeRequestNote, row: noteRow(note, request, context) };
  }
}
