import { z } from 'zod';
import { isObject, type JsonObject } from './values.js';

/** https://docs.atlassian.com/software/jira/docs/api/REST/8.20.10/#api/2/serverInfo */
export const serverInfoSchema = z.object({
  version: z.string(),
  deploymentType: z.string().nullish(),
  /** The clock of the server, with its offset. */
  serverTime: z.string().nullish(),
});
export type ServerInfo = z.output<typeof serverInfoSchema>;

/** The user who asks: whose clock dates in queries are read by, and the address that Jira itself uses. */
export const myselfSchema = z.object({ self: z.string().nullish(), timeZone: z.string().nullish() });
export type Myself = z.output<typeof myselfSchema>;

const identifier = z.union([z.string(), z.number()]).transform(String);

export const projectSchema = z.object({ id: identifier, key: z.string(), name: z.string().nullish() });
export type JiraProject = z.output<typeof projectSchema>;

export const boardSchema = z.object({ id: identifier, type: z.string().nullish() });

export const componentSchema = z.object({
  id: identifier,
  name: z.string(),
  description: z.string().nullish(),
});
export type JiraComponent = z.output<typeof componentSchema>;

/** A field that issues can have. */
export const fieldSchema = z.object({ id: z.string(), name: z.string().nullish() });

export const linkTypeSchema = z.object({
  id: identifier,
  name: z.string(),
  inward: z.string().nullish(),
  outward: z.string().nullish(),
});
export type LinkType = z.output<typeof linkTypeSchema>;

export const linkTypesSchema = z.object({ issueLinkTypes: z.array(z.unknown()) });

/** What is read by the names that the mapping has, or that older servers and the Cloud have in other ways. */
export const objectSchema = z.custom<JsonObject>(isObject, { error: 'is no object' });

/** A list of the Agile API, or one of the platform that pages. */
export const valuesSchema = z.object({
  values: z.array(z.unknown()),
  isLast: z.boolean().nullish(),
  total: z.int().nullish(),
});

const countedSchema = z.object({ total: z.int().nullish() });

export const changelogSchema = countedSchema.extend({ histories: z.array(z.unknown()) });
export const commentsSchema = countedSchema.extend({ comments: z.array(z.unknown()) });

/** An issue of a search. Which fields it has is up to the mapping. */
export const issueSchema = z.object({
  id: identifier,
  key: z.string(),
  fields: objectSchema.nullish().transform((fields) => fields ?? {}),
  changelog: changelogSchema.nullish().catch(undefined),
});
export type Issue = z.output<typeof issueSchema>;

/** https://docs.atlassian.com/software/jira/docs/api/REST/8.20.10/#api/2/search */
export const searchSchema = z.object({
  total: z.int(),
  issues: z.array(z.unknown()),
});

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ */
export const tokenSearchSchema = z.object({
  nextPageToken: z.string().nullish(),
  isLast: z.boolean().nullish(),
  issues: z.array(z.unknown()),
});

/** One end of a change: an identifier where the field has one, and what people read. */
export interface ChangeSide {
  readonly id: string | undefined;
  readonly text: string | undefined;
}

/** A changed field of an entry of a changelog. */
export interface ChangeItem {
  readonly field: string;
  readonly from: ChangeSide;
  readonly to: ChangeSide;
}

/** None for what is no change of a field. */
function readItem(item: unknown): readonly ChangeItem[] {
  if (!isObject(item) || typeof item['field'] !== 'string') return [];
  return [{ field: item['field'], from: sideOf(item, 'from', 'fromString'), to: sideOf(item, 'to', 'toString') }];
}

function sideOf(item: JsonObject, id: string, text: string): ChangeSide {
  return { id: endOf(item[id]), text: endOf(item[text]) };
}

/** Every object has a `toString`, which is no text. */
function endOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value === undefined || value === null || typeof value === 'function' ? undefined : String(value);
}

/** An entry of the changelog of an issue. */
export interface History {
  readonly id: string | undefined;
  readonly created: string;
  readonly items: readonly ChangeItem[];
  /** All of it, for columns that the mapping takes from entries. */
  readonly properties: JsonObject;
}

/**
 * Reads an entry of a changelog; undefined for what is none. Without a schema: there are many more of them than of
 * anything else.
 */
export function readHistory(value: unknown): History | undefined {
  if (!isObject(value)) return undefined;
  const { id, created, items } = value;
  if (typeof created !== 'string' || !Array.isArray(items)) return undefined;
  return { id: endOf(id), created, items: items.flatMap(readItem), properties: value };
}
