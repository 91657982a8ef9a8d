import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import { readTextFile } from '../../config/text-file.js';
import { packageFolder } from '../../config/version.js';

export const mappingFile = 'jira_fields.json';

/** How a value becomes a text of a row; see the README. */
export const fieldTypes = [
  'int',
  'identifier',
  'str',
  'boolean',
  'date',
  'unicode',
  'sprint',
  'developer',
  'decimal',
  'id_list',
  'version',
  'rank',
  'issue_key',
  'flag',
  'ready_status',
  'labels',
  'project',
  'status_category',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** Columns that are lists of their own in an issue, each with its own way to tables. */
export const specialNames = ['comment', 'components', 'issuelinks', 'subtasks'] as const;
export type SpecialName = (typeof specialNames)[number];

const types = z
  .union([z.enum(fieldTypes), z.array(z.enum(fieldTypes)).nonempty()])
  .transform((value): readonly FieldType[] => [value].flat());
const fileName = z.string().regex(/^(?!\.)[^/\\\0]+$/, 'expected a name without folder');

const fieldSchema = z.object({
  type: types.default([]),
  special_parser: z.enum(specialNames).exactOptional(),
  field: z.string().exactOptional(),
  fields: z.record(z.string(), z.string()).default({}),
  changelog_name: z.string().exactOptional(),
  changelog_primary: z.string().exactOptional(),
  property: z.string().exactOptional(),
  primary: z.string().exactOptional(),
  table: z.union([fileName, z.record(z.string(), types)]).exactOptional(),
  table_options: z
    .object({
      filename: fileName.exactOptional(),
      merge_update: z.boolean().exactOptional(),
      encrypt_fields: z.array(z.string()).exactOptional(),
    })
    .default({}),
  encrypt: z.boolean().default(false),
});

/** A column of the issues, or a list in them, as `jira_fields.json` has it. */
export interface FieldMapping extends z.output<typeof fieldSchema> {
  readonly name: string;
  /** The list that it is, by the name of the column. */
  readonly special?: SpecialName;
}

export interface JiraMapping {
  /** Where it was read from. */
  readonly file: string;
  /** In the order of the file. */
  readonly fields: readonly FieldMapping[];
}

const requiredNames: readonly string[] = ['updated', 'updated_by'];

const mappingSchema = z.record(z.string(), fieldSchema).superRefine((fields, context) => {
  for (const name of requiredNames) {
    if (fields[name] === undefined) context.addIssue({ code: 'custom', message: `there is no "${name}"` });
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.property !== undefined && field.field === undefined) {
      context.addIssue({ code: 'custom', path: [name], message: 'has a "property", but no "field" to take it from' });
    }
    if (field.special_parser !== undefined && specialOf(name) === undefined) {
      const message = `has a "special_parser", but is not named ${specialNames.join(', ')}`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  }
});

/**
 * Reads the mapping of Jira's fields to columns: the one in the home folder, else the one that comes with the program.
 *
 * @throws {ConfigError} where it is malformed
 */
export function loadMapping(home: string): JiraMapping {
  const own = path.join(home, mappingFile);
  const text = readTextFile(own);
  if (text !== undefined) return parseMapping(text, own);
  const shipped = path.join(packageFolder(), mappingFile);
  const standard = readTextFile(shipped);
  if (standard === undefined) throw new Error(`${shipped} is missing from the installation`);
  return parseMapping(standard, shipped);
}

/** @throws {ConfigError} naming the column that is wrong */
export function parseMapping(text: string, file: string): JiraMapping {
  const { data, error } = mappingSchema.safeParse(parseJson(text, file));
  if (error !== undefined) {
    const places = error.issues.map(({ path: place, message }) => `${place.join('.') || 'mapping'}: ${message}`);
    throw new ConfigError(file, `is no mapping of the fields of Jira: ${places.slice(0, 3).join('; ')}`);
  }
  const fields = Object.entries(data).map(([name, field]) => ({ ...field, name, ...specialPart(name, field) }));
  return { file, fields };
}

function specialOf(name: string): SpecialName | undefined {
  return specialNames.find((special) => special === name);
}

/** A value of the issue itself goes before a list. */
function specialPart(name: string, field: z.output<typeof fieldSchema>): Pick<FieldMapping, 'special'> {
  const special = specialOf(name);
  const isValue = field.primary !== undefined || field.field !== undefined;
  return special === undefined || isValue || field.special_parser === undefined ? {} : { special };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file, `is not JSON (${reason}); fix it, or remove it to use the one that is shipped`);
  }
}
