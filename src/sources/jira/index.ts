import { mapAhead } from '../../http/ahead.js';
import { AccessError } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';
import * as catalogue from '../../tables/catalogue/jira.js';
import type { TableDefinition, TableRow } from '../../tables/definition.js';
import { sourcesFile } from '../entries.js';
import type { FileContents, StepContext, StepSource } from '../step-source.js';
import { type IssuePage, JiraClient, type SearchEnd } from './client.js';
import { completeIssue } from './complete.js';
import { Fields } from './fields.js';
import { IssueReader } from './issues.js';
import { KeptIssues } from './kept-issues.js';
import { Relations } from './links.js';
import { type JiraMapping, loadMapping } from './mapping.js';
import type { JiraOptions } from './options.js';
import { People } from './people.js';
import { type JiraPlace, openApi, resolvePlace } from './place.js';
import { prefetch, wellFormed } from './prefetch.js';
import { environmentsFile, projectFiles } from './project-files.js';
import { RowSink } from './row-sink.js';
import { type Issue, issueSchema, type JiraProject, type LinkType, type Myself } from './schema.js';
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
async function* gatherRows(run: Run, next: string): AsyncGenerator<TableRow, string> {
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
  const rows = mapAhead(issuesOf(run, search, kept), issuesAhead, async (issue) =>
    reader.rows(await completeIssue(issue, parts)),
  );
  for await (const ofIssue of rows) yield* ofIssue;
  yield* sink.take();
  return kept.tracker;
}

function jqlOf({ context, client, since, myself, options }: Run): string {
  const condition = options.query === undefined ? '' : ` AND (${options.query})`;
  return `project = "${context.project}" AND updated > "${since.inQuery(myself, client.server)}"${condition}`;
}

interface Search {
  readonly jql: string;
  readonly wanted: readonly string[];
}

/** Issues that are new, each once: while they are read, pages may shift. */
async function* issuesOf({ context, client }: Run, search: Search, kept: KeptIssues): AsyncGenerator<Issue> {
  const met = new Set<string>();
  for await (const { issues } of pagesOf({ context, client, search, kept })) {
    for (const issue of wellFormed(context, 'issue', issues, issueSchema)) {
      if (met.has(issue.id)) continue;
      met.add(issue.id);
      yield issue;
    }
    context.onProgress(`Reading issues: ${met.size}`);
  }
}

interface Reading extends Pick<Run, 'context' | 'client'> {
  readonly search: Search;
  readonly kept: KeptIssues;
}

/** Pages of issues by their keys: those that are kept, then those behind them. */
async function* pagesOf(reading: Reading): AsyncGenerator<IssuePage> {
  const { context, client, search, kept } = reading;
  let [end, last]: [SearchEnd, unknown] = [{ count: 0 }, undefined];
  for await (const page of kept.pages()) {
    const { issues, ...next } = page;
    [end, last] = [{ count: end.count + issues.length, ...next }, issues.at(-1)];
    yield page;
  }
  if (end.count > 0) {
    context.log.info(`Going on behind the ${end.count} issues that a run which was stopped has asked for`);
    if (yield* pagesBehind(reading, end, last)) return;
    context.log.info('The issues are others by now: all are asked for again');
    await kept.forget();
  }
  context.log.info(`Asking Jira for issues: ${search.jql}`);
  yield* kept.addAll(client.issues(search.jql, search.wanted));
}

/** @returns false where the answer does not follow on what is kept: there were changes, or Jira has forgotten the page */
async function* pagesBehind(
  { client, search, kept }: Reading,
  end: SearchEnd,
  last: unknown,
): AsyncGenerator<IssuePage, boolean> {
  const lastId = idOf(last);
  // The first issue that a server answers is the last one that is kept.
  let isJoined = client.isCloud;
  try {
    for await (const page of client.issues(search.jql, search.wanted, end)) {
      if (!isJoined && (lastId === undefined || idOf(page.issues[0]) !== lastId)) return false;
      yield await kept.add(isJoined ? page : { issues: page.issues.slice(1) });
      isJoined = true;
    }
    return true;
  } catch (error) {
    if (error instanceof HttpError && error.status === 400) return false;
    throw error;
  }
}

function idOf(issue: unknown): string | undefined {
  return issueSchema.safeParse(issue).data?.id;
}
