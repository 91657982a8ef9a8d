import { ConfigError } from '../../config/errors.js';
import type { ApiConnections } from '../../http/connections.js';
import { commitComment, mergeRequest, mergeRequestNote, mergeRequestReview } from '../../tables/catalogue/review.js';
import { changePath, tag, vcsEvent, vcsVersions } from '../../tables/catalogue/vcs.js';
import type { TableRow } from '../../tables/definition.js';
import { gatherKept } from '../gathered.js';
import { gatherGit } from '../git/index.js';
import { Newness } from '../newness.js';
import { latestVersionsFile, type RepositoryContext, type RepositorySource } from '../repository.js';
import type { TrackerValues } from '../source.js';
import { Activity } from './activity.js';
import { AzureClient } from './client.js';
import { Dialect } from './dialect.js';
import { type AzurePlace, openApi, resolvePlace } from './place.js';

/** `{name: moment}`: the newest push, closed pull request or comment that was exported. */
const updateFile = 'tfs_update.json';
/** Tracker of a repository without any of those; TFS knows no earlier dates. */
const none = '1900-01-01 01:01:01';

/** Tables that are filled from the API. */
const apiTables = [vcsEvent, mergeRequest, mergeRequestNote, mergeRequestReview, commitComment];

/** Git repositories of Azure DevOps and TFS: what git has, and from the API pushes, pull requests and comments. */
export const azureSource: RepositorySource = {
  types: ['tfs', 'tfvc'],
  tables: [vcsVersions, changePath, tag, ...apiTables],
  trackers: [latestVersionsFile, updateFile],
  servesGitAt: (location) => location.option('tfs') !== undefined,
  async *gather(context, since) {
    const place = repositoryPlace(context);
    const { [latestVersionsFile]: version, ...apiSince } = since;
    const hasTracker = (since[updateFile] ?? none) !== none;
    const latest = yield* gatherGit(context, version, { location: place.location });
    if (latest === undefined) return {};
    if (latest === version && !hasTracker) {
      context.log.info(`${context.entry.name}: nothing has ever happened there, and its commits are the same`);
      return {};
    }
    const gather = (inner: RepositoryContext) => readApi(inner, clientOf(inner, place), apiSince);
    const trackers = yield* gatherKept(context, { tables: apiTables, since: apiSince, gather });
    return { [latestVersionsFile]: latest, ...trackers };
  },
};

/** @throws {ConfigError} where the URL names no Git repository, as that of a project that keeps its versions by TFVC */
function repositoryPlace(context: RepositoryContext): AzurePlace {
  const place = resolvePlace(context.entry.url, context.entry.type, context);
  if (place.repository !== undefined) return place;
  throw new ConfigError(place.location.plainUrl, 'names no Git repository; expected …/project/_git/repository');
}

const dialects = new WeakMap<ApiConnections, Map<string, Dialect>>();

function clientOf(context: RepositoryContext, place: AzurePlace): AzureClient {
  const known = dialects.get(context.connections) ?? new Map<string, Dialect>();
  dialects.set(context.connections, known);
  const dialect = known.get(place.server) ?? new Dialect();
  known.set(place.server, dialect);
  return new AzureClient(openApi(context, place), place, dialect, context.log);
}

/** The tracker stays where a part is refused, so that it comes, with the rest, once it is granted. */
async function* readApi(
  context: RepositoryContext,
  client: AzureClient,
  since: TrackerValues,
): AsyncGenerator<TableRow, TrackerValues> {
  const { [updateFile]: tracker } = since;
  const newness = new Newness({ tracker, memory: undefined, time: context.time, none });
  const isWhole = yield* new Activity({ context, client, newness }).rows();
  return { [updateFile]: isWhole ? newness.tracker : (tracker ?? none) };
}
