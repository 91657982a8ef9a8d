import type { z } from 'zod';
import { mapAhead, streamAhead } from '../../http/ahead.js';
import { HttpError } from '../../http/errors.js';
import { readItems } from '../../http/items.js';
import type { TableRow } from '../../tables/definition.js';
import { unlessRefused } from '../refusals.js';
import type { StepContext } from '../step-source.js';
import type { JiraClient } from './client.js';
import type { Fields } from './fields.js';
import { componentRow } from './lists.js';
import type { FieldType, JiraMapping } from './mapping.js';
import { allItems } from './pages.js';
import type { RowSink } from './row-sink.js';
import { boardSchema, componentSchema, fieldSchema, type LinkType, linkTypeSchema, projectSchema } from './schema.js';
import type { JiraTables } from './tables.js';
import { plain } from './values.js';

/** What is asked for before the issues. */
export interface PrefetchContext {
  readonly context: StepContext;
  readonly client: JiraClient;
  readonly mapping: JiraMapping;
  readonly tables: JiraTables;
  readonly fields: Fields;
  readonly sink: RowSink;
  /** Keys of projects by their identifier. */
  readonly projects: Map<string, string>;
}

interface Part {
  /** For messages, in the plural. */
  readonly what: string;
  readonly isWanted: boolean;
  /** Leaves rows in the sink. */
  readonly read: () => Promise<void>;
}

/**
 * Rows of all that a project has, whether an issue names it or not. What the account may not see is left out, and makes
 * the step incomplete.
 *
 * @param linkTypes takes the types of links that there are
 */
export async function* prefetch(prefetched: PrefetchContext, linkTypes: LinkType[]): AsyncGenerator<TableRow> {
  const { context, sink } = prefetched;
  const wanted = partsOf(prefetched, linkTypes).filter(({ isWanted }) => isWanted);
  yield* streamAhead(wanted, wanted.length, async function* ({ what, read }): AsyncGenerator<TableRow> {
    yield* unlessRefused(context, what, rowsAfter(read, sink));
  });
}

function partsOf(prefetched: PrefetchContext, linkTypes: LinkType[]): readonly Part[] {
  const { mapping, tables } = prefetched;
  const has = (type: FieldType) => tables.ofType(type) !== undefined;
  const hasLinks = mapping.fields.some(({ special }) => special === 'issuelinks');
  return [
    { what: 'the sprints of its boards', isWanted: has('sprint'), read: () => readSprints(prefetched) },
    { what: 'the assignable users', isWanted: has('developer'), read: () => readUsers(prefetched) },
    { what: 'the versions', isWanted: has('version'), read: () => readVersions(prefetched) },
    { what: 'the keys of other projects', isWanted: namesProjects(mapping), read: () => readProjects(prefetched) },
    { what: 'the components', isWanted: tables.component !== undefined, read: () => readComponents(prefetched) },
    { what: 'the types of links', isWanted: hasLinks, read: () => readLinkTypes(prefetched, linkTypes) },
    { what: 'the names of fields', isWanted: true, read: () => checkFields(prefetched) },
  ];
}

async function* rowsAfter(read: () => Promise<void>, sink: RowSink): AsyncGenerator<TableRow> {
  await read();
  yield* sink.take();
}

/** Whether changelogs tell of projects, which they have the identifiers of. */
function namesProjects({ fields }: JiraMapping): boolean {
  return fields.some(({ type, changelog_name: name }) => type.includes('project') && name !== undefined);
}

/** The well-formed items of a list; the others are named in the log. */
export function wellFormed<T>(
  { log }: Pick<StepContext, 'log'>,
  what: string,
  list: readonly unknown[],
  schema: z.ZodType<T>,
): readonly T[] {
  const { items, malformed } = readItems(list, schema);
  for (const { identity, reason } of malformed) {
    log.error(`${what} ${identity} is left out, because it is malformed: ${reason}`);
  }
  return items;
}

async function readSprints({ context, client, fields }: PrefetchContext): Promise<void> {
  context.onProgress('Reading sprints');
  try {
    const boards = mapAhead(scrumBoards(context, client), boardsAhead, (board) => sprintsOf(context, client, board));
    for await (const sprints of boards) {
      for (const sprint of sprints) fields.cast(['sprint'], sprint);
    }
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 404) throw error;
    context.log.info(`Sprints are known by the issues in them only: Jira has no agile API (${error.message})`);
  }
}

/** Boards whose sprints are asked for side by side. */
const boardsAhead = 8;

async function* scrumBoards(context: StepContext, client: JiraClient): AsyncGenerator<string> {
  for await (const { items } of client.boards(context.project)) {
    for (const { id, type } of wellFormed(context, 'board', items, boardSchema)) {
      if (type === undefined || type === null || type === 'scrum') yield id;
      else context.log.debug(`Board ${id} has no sprints, as it is of type ${type}`);
    }
  }
}

/** A board may say only when it is asked that it has no sprints, and be gone meanwhile. */
async function sprintsOf({ log }: StepContext, client: JiraClient, board: string): Promise<readonly unknown[]> {
  try {
    return await allItems(client.sprints(board));
  } catch (error) {
    if (!(error instanceof HttpError) || ![400, 403, 404].includes(error.status ?? 0)) throw error;
    log.info(`The sprints of board ${board} are left out: ${error.message}`);
    return [];
  }
}

async function readUsers({ context, client, fields }: PrefetchContext): Promise<void> {
  for await (const { items } of client.assignableUsers(context.project)) {
    for (const user of items) fields.cast(['developer'], user);
  }
}

async function readVersions({ context, client, fields }: PrefetchContext): Promise<void> {
  fields.cast(['version'], await client.versions(context.project));
}

async function readProjects({ context, client, projects }: PrefetchContext): Promise<void> {
  for await (const { items } of client.projects()) {
    for (const { id, key } of wellFormed(context, 'project', items, projectSchema)) projects.set(id, key);
  }
}

async function readComponents({ context, client, tables, sink }: PrefetchContext): Promise<void> {
  const list = await client.components(context.project);
  for (const component of wellFormed(context, 'component', list, componentSchema)) {
    sink.add(tables.component, component.id, () => componentRow(component));
  }
}

async function readLinkTypes({ context, client, tables, sink }: PrefetchContext, linkTypes: LinkType[]): Promise<void> {
  for (const type of wellFormed(context, 'type of link', await client.linkTypes(), linkTypeSchema)) {
    const { id, name, inward, outward } = type;
    linkTypes.push(type);
    const row = { id, name: plain(name), inward: plain(inward ?? ''), outward: plain(outward ?? '') };
    sink.add(tables.relationshipType, id, () => row);
  }
}

/** Says which columns will stay empty, as their field is not there. */
async function checkFields({ context, client, mapping }: PrefetchContext): Promise<void> {
  const known = new Set(wellFormed(context, 'field', await client.fields(), fieldSchema).map(({ id }) => id));
  const missing = mapping.fields.filter(({ field }) => field?.startsWith('customfield_') === true && !known.has(field));
  if (missing.length === 0) return;
  const names = missing.map(({ name, field }) => `${name} (${field})`).join(', ');
  context.log.info(`Jira has no fields for these columns of ${mapping.file}, which stay empty: ${names}`);
}
