import { ConfigError } from '../../config/errors.js';
import { commitComment, mergeRequest, mergeRequestNote, mergeRequestReview } from '../../tables/catalogue/review.js';
import { tfsDeveloper, tfsSprint, tfsTeam, tfsTeamMember, tfsWorkItem } from '../../tables/catalogue/tfs.js';
import { changePath, tag, vcsEvent, vcsVersions } from '../../tables/catalogue/vcs.js';
import type { TableRow } from '../../tables/definition.js';
import { gatherKept } from '../gathered.js';
import { gatherGit } from '../git/index.js';
import { Newness } from '../newness.js';
import { unlessRefused } from '../refusals.js';
import { latestVersionsFile, type RepositoryContext, type RepositorySource } from '../repository.js';
import type { TrackerValues } from '../source.js';
import { Activity } from './activity.js';
import { AzureClient } from './client.js';
import { azureEnvironments } from './environments.js';
import { RequestsLength } from './follow.js';
import { azureKeys } from './keys.js';
import { type Column, loadMapping, mappingFile } from './mapping.js';
import { type AzurePlace, openApi, resolvePlace } from './place.js';
import { findingsOf } from './shared.js';
import { type KnownTeam, teamRows } from './teams.js';
import { fieldsOf, revisionRows } from './work-items.js';

/** `{name: moment}`: the newest push, closed pull request or comment that was exported. */
const updateFile = 'tfs_update.json';
/** How many pull requests there were. It stays with the agent. */
const memoryFile = 'tfs_exported.json';
/** Tracker of a repository without any of those; TFS knows no earlier dates. */
const none = '1900-01-01 01:01:01';

/** Tables that are filled from the API. */
const reviewTables = [vcsEvent, mergeRequest, mergeRequestNote, mergeRequestReview, commitComment];
const projectTables = [tfsTeam, tfsTeamMember, tfsSprint, tfsWorkItem, tfsDeveloper];
const apiTables = [...reviewTables, ...projectTables];

/**
 * Git repositories of Azure DevOps and TFS: what git has, and from the API pushes, pull requests with their comments,
 * and the teams and work items of the project.
 */
export const azureSource: RepositorySource = {
  types: ['tfs', 'tfvc'],
  tables: [vcsVersions, changePath, tag, ...reviewTables],
  tablesOfNews: projectTables,
  trackers: [latestVersionsFile, updateFile, memoryFile],
  environments: azureEnvironments,
  keys: azureKeys,
  servesGitAt: (location) => location.option('tfs') !== undefined,
  async *gather(context, since) {
    const place = repositoryPlace(context);
    const { [latestVersionsFile]: version, ...apiSince } = since;
    const hasTracker = (since[updateFile] ?? none) !== none;
    let isSkipped = false;
    const onSkipped = (): void => {
      isSkipped = true;
    };
    const latest = yield* gatherGit(context, version, { location: place.location, onSkipped });
    if (latest === undefined) return {};
    const hasCommits = latest !== version;
    // Where nothing but commits has ever happened, they tell alone.
    if (hasTracker || !isSkipped) {
      // Rows that an earlier run has left are news.
      const news = { isThere: true };
      const gather = (inner: RepositoryContext) => readApi(inner, place, { since: apiSince, hasCommits, news });
      const trackers = yield* gatherKept(context, { tables: apiTables, since: apiSince, gather });
      if (news.isThere) return { [latestVersionsFile]: latest, ...trackers };
    }
    context.log.info(`${context.entry.name}: already up to date`);
    return {};
  },
};

/** @throws {ConfigError} where the URL names no Git repository, as that of a project that keeps its versions by TFVC */
function repositoryPlace(context: RepositoryContext): AzurePlace {
  const place = resolvePlace(context.entry.url, context.entry.type, context);
  if (place.repository !== undefined) return place;
  throw new ConfigError(place.location.plainUrl, 'names no Git repository; expected …/project/_git/repository');
}

/** What a repository is read for. */
interface Occasion {
  readonly since: TrackerValues;
  readonly hasCommits: boolean;
  /** Told whether there is anything new at all. */
  readonly news: { isThere: boolean };
}

/**
 * The tracker stays where pushes or pull requests are refused, so that they come, with the rest, once they are granted.
 * Teams are told anew each time, and so only where there is something new besides.
 */
async function* readApi(
  context: RepositoryContext,
  place: AzurePlace,
  { since, hasCommits, news }: Occasion,
): AsyncGenerator<TableRow, TrackerValues> {
  const { time, earliest } = context;
  const { [updateFile]: tracker, [memoryFile]: memory } = since;
  // What happens while the repository is read may have been passed by.
  const until = Math.floor(Date.now() / 1000);
  const newness = new Newness({ tracker, memory: undefined, time, none, earliest, until });
  const findings = findingsOf(context.connections, place);
  const client = new AzureClient(openApi(context, place), place, findings.dialect, context.log);
  const length = new RequestsLength(memory);
  const activity = new Activity({ context, client, newness, length });
  const isWhole = yield* activity.rows();
  const hasWorkItems = yield* readWorkItems(context, client, newness.since);
  news.isThere = hasCommits || activity.hasRows || hasWorkItems;
  if (news.isThere) yield* readTeams(context, () => findings.teamsOf(place, client));
  const { memory: found } = length;
  return {
    [updateFile]: isWhole ? newness.tracker : (tracker ?? none),
    ...(found === undefined ? {} : { [memoryFile]: found }),
  };
}

/** @returns whether there are any */
async function* readWorkItems(
  context: RepositoryContext,
  client: AzureClient,
  since: number,
): AsyncGenerator<TableRow, boolean> {
  const { home, log, entry, time } = context;
  const columns = loadMapping(home);
  if (columns === undefined) {
    log.info(`${entry.name}: no work items, as there is no ${mappingFile} that says which of their fields count`);
    return false;
  }
  context.onProgress('Reading work items');
  let hasRows = false;
  async function* rows(wanted: readonly Column[]): AsyncGenerator<TableRow> {
    for await (const revision of client.workItemRevisions(fieldsOf(wanted), since)) {
      hasRows = true;
      const change = `change ${revision.rev} of work item ${revision.id}`;
      yield* revisionRows(revision, wanted, time, (column) => {
        log.warn(`${entry.name}: ${column} is left out of ${change}, where it is no value of its type`);
      });
    }
  }
  yield* unlessRefused(context, 'its work items', rows(columns));
  return hasRows;
}

async function* readTeams(
  context: RepositoryContext,
  find: () => Promise<readonly KnownTeam[]>,
): AsyncGenerator<TableRow> {
  const { entry, time } = context;
  context.onProgress('Reading teams');
  async function* rows(): AsyncGenerator<TableRow> {
    for (const team of await find()) {
      for (const reason of team.refused) context.onIncomplete(reason);
      yield* teamRows(team, { repository: entry.name, time });
    }
  }
  yield* unlessRefused(context, 'its teams', rows());
}
