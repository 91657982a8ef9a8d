import { mapAhead } from '../../http/ahead.js';
import { AccessError } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';
import * as catalogue from '../../tables/catalogue/jira.js';
import type { TableDefinition, TableRows } from '../../tables/definition.js';
import { sourcesFile } from '../entries.js';
import type { FileContents, StepContext, StepSource } from '../step-source.js';
import { JiraClient } from './client.js';
import { completeIssue } from './complete.js';
import { Fields } from './fields.js';
import { IssueReader } from './issues.js';
import { KeptIssues } from './kept-issues.js';
import { Relations } from './links.js';
import { type JiraMapping, loadMapping } from './mapping.js';
import type { JiraOptions } from './options.js';
import { People } from './people.js';
import { type JiraPlace, openApi, resolvePlace } from './place.js';
import { prefetch } from './prefetch.js';
import { environmentsFile, projectFiles } from './project-files.js';
import { RowSink } from './row-sink.js';
import type { JiraProject, LinkType, Myself } from './schema.js';
import { issuesOf } from './search.js';
import { nextTracker, noTracker, Since } from './since.js';
import { type JiraTables, tablesOf } from './tables.js';
import { UserKeys } from './user-keys.js';

const updatedFile = 'jira-updated.txt';

/** Issues that are completed side by side. */
const issuesAhead = 16;

const { issue, jiraDeveloper, comments, jiraSprint, fixVersion, component, issueComponent, issueLinks } = catalogue;
const { subtasks, issueType, priority, status, statusCategory, resolution, relationshipType } = catalogue;
/** Those that the mapping has that comes with the program. */
const standardTables: readonly TableDefinition[] = [
  ...[
    issue,
    jiraDeveloper,
    comments,
    jiraSprint,
    fixVersion,
    component,
    issueComponent,
    issueLinks,
    subtasks,
    issueType,
  ],
  ...[priority, status, statusCategory, resolution, relationshipType, catalogue.readyStatus, catalogue.testExecution],
];

/** Issues of a project with their history, and what they refer to. */
export function jiraStep(options: JiraOptions = {}): StepSource {
  return {
    step: 'jira-to-json',
    types: ['jira'],
    tables: standardTables,
    trackers: [updatedFile],
    documents: [sourcesFile, environmentsFile],
    configure: (home) => {
      const mapping = loadMapping(home);
      const mapped = tablesOf(mapping);
      return {
        ...jiraStep(options),
        tables: mapped.all,
        merged: mapped.merged,
        gather: gatherWith(mapping, mapped, options),
      };
    },
    gather: (context, since) => {
      const mapping = loadMapping(context.home);
      return gatherWith(mapping, tablesOf(mapping), options)(context, since);
    },
  };
}

export const jiraSource: StepSource = jiraStep();

function gatherWith(mapping: JiraMapping, tables: JiraTables, options: JiraOptions): StepSource['gather'] {
  return async function* (context, files) {
    const place = resolvePlace(context, options);
    const since = sinceOf(context, options, files);
    const now = Date.now();
    const client = await JiraClient.connect(openApi(context, place), place.agilePath);
    const [myself, project] = [await askMyself(client, place), await askProject(client, context)];
    const run: Run = { context, client, mapping, tables, place, options, since, myself, project };
    const tracker = yield* gatherRows(run, nextTracker(client.server, context.time, now));
    const found = { server: place.server, serverInfo: client.server, myself, project };
    return { ...projectFiles(context, files, found), [updatedFile]: tracker };
  };
}

interface Run {
  readonly context: StepContext;
  readonly client: JiraClient;
  readonly mapping: JiraMapping;
  readonly tables: JiraTables;
  readonly place: JiraPlace;
  readonly options: JiraOptions;
  readonly since: Since;
  readonly myself: Myself | undefined;
  readonly project: JiraProject;
}

function sinceOf({ time }: StepContext, { updatedSince }: JiraOptions, files: FileContents): Since {
  if (updatedSince !== undefined) return new Since(updatedSince, time, '--updated-since');
  return new Since((files[updatedFile] ?? noTracker).trim(), time, updatedFile);
}

/** Nobody, where no account is configured. */
async function askMyself(client: JiraClient, { account }: JiraPlace): Promise<Myself | undefined> {
  return account === undefined ? undefined : client.myself();
}

async function askProject(client: JiraClient, { project }: StepContext): Promise<JiraProject> {
  try {
    return await client.project(project);
  } catch (error) {
    if (!(error instanceof HttpError) || error instanceof AccessError || error.status !== 404) throw error;
    const hint = `is ${project} the key of a project in Jira, and may the account browse it?`;
    throw new HttpError('status', `${error.message}; ${hint}`, 404, { cause: error });
  }
}

/**
 * @param next tracker of a run that begins now
 * @returns the tracker of the run that began
 */
async function* gatherRows(run: Run, next: string): AsyncGenerator<TableRows, string> {
  const { context, client, mapping, tables, place, since, project } = run;
  const { corrections } = place;
  const sink = new RowSink();
  const people = new People(tables.ofType('developer'), sink);
  const projects = new Map<string, string>();
  const own = new Set([context.project, project.key]);
  const fields = new Fields(mapping, { tables, sink, people, projects, own, corrections });
  const linkTypes: LinkType[] = [];
  yield* prefetch({ context, client, mapping, tables, fields, sink, projects }, linkTypes);
  const userKeys = new UserKeys(people, client.isCloud ? undefined : (key) => client.userOfKey(key));
  const { isNewer } = since;
  const { log } = context;
  const relations = new Relations(linkTypes);
  const reader = new IssueReader({
    ...{ mapping, tables, fields, sink, relations, userKeys, isNewer, corrections, log },
  });
  const parts = { client, onIncomplete: context.onIncomplete, wantsComments: reader.wantsComments };
  const search = { jql: jqlOf(run), wanted: fields.wanted };
  const query = [place.server, search.jql, ...search.wanted];
  const kept = await KeptIssues.open(context.keptFolder, query, next);
  try {
    const issues = issuesOf({ context, client, search, kept });
    const rows = mapAhead(issues, issuesAhead, async (issue) => reader.rows(await completeIssue(issue, parts)));
    yield* rows;
  } finally {
    await kept.close();
  }
  yield sink.take();
  return kept.tracker;
}

function jqlOf({ context, client, since, myself, options }: Run): string {
  const condition = options.query === undefined ? '' : ` AND (${options.query})`;
  return `project = "${context.project}" AND updated > "${since.inQuery(myself, client.server)}"${condition}`;
}
