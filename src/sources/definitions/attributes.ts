import { describeProject } from '../../config/project.js';
import { readSourceEntries } from '../entries.js';
import type { LocationContext } from '../location.js';
import { findRepositorySource } from '../registry.js';
import type { SourceEntry } from '../source.js';
import { parseSourceUrl, trimSlashes } from '../source-url.js';
import type { StepContext } from '../step-source.js';
import { ownSection } from '../web-server.js';

/** Fields of `data_project.json`. */
export type ProjectAttributes = Readonly<Record<string, string | boolean | null>>;

/** What the settings, the credentials and the sources say about the project. */
export function projectAttributes(context: StepContext): ProjectAttributes {
  const { settings, project, credentials, environment, exportFolder } = context;
  const { name, mainProject, team, supportTeam } = describeProject(settings, project);
  const location: LocationContext = { credentials, environment, followHostChange: true };
  const entries = readSourceEntries(exportFolder) ?? [];
  const first = (type: string) => entries.find((entry) => isOf(entry, type, location));
  const [jira, github, gitlab, tfs] = [first('jira'), first('github'), first('gitlab'), first('tfs')];
  return {
    jira_key: project,
    jira_name: jira?.name ?? project,
    github_team: (github === undefined ? undefined : team) ?? null,
    gitlab_group_name: (gitlab === undefined ? undefined : (groupOf(gitlab, location) ?? name)) ?? null,
    tfs_collection: tfs === undefined ? null : collectionOf(tfs) || project,
    quality_name: (mainProject === undefined ? name : undefined) ?? null,
    main_project: mainProject ?? null,
    is_support_team: supportTeam,
  };
}

/** A Git repository may be of a system whose API its host has credentials for. */
function isOf(entry: SourceEntry, type: string, location: LocationContext): boolean {
  return entry.type === type || findRepositorySource(entry, location)?.types.includes(type) === true;
}

function groupOf({ url }: SourceEntry, { credentials }: LocationContext): string | undefined {
  return credentials.get(ownSection(parseSourceUrl(url)), 'group');
}

/** First part of the path, with the `tfs` that collections of a server may lie below. */
function collectionOf({ url }: SourceEntry): string {
  const [path = ''] = trimSlashes(parseSourceUrl(url).path).split('/_git/', 1);
  const parts = path.split('/');
  return parts.slice(0, parts[0] === 'tfs' ? 2 : 1).join('/');
}
