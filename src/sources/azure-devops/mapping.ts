import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import { readTextFile } from '../../config/text-file.js';

export const mappingFile = 'vsts_fields.json';

const fieldName = z.string().regex(/^[A-Za-z0-9._]+$/);
const fieldNames = z.union([fieldName.transform((name) => [name]), z.array(fieldName)]);

export const fieldTypes = ['string', 'integer', 'timestamp', 'unicode', 'decimal', 'developer', 'tags'] as const;
export type FieldType = (typeof fieldTypes)[number];

const columnSchema = z
  .object({ type: z.enum(fieldTypes), field: fieldNames.optional(), fields: fieldNames.optional() })
  .transform(({ type, field, fields }) => ({ type, fields: field ?? fields ?? [] }));

const mappingSchema = z.record(z.string(), columnSchema);

/** A column of the work items, and the fields that it comes from: the first one that an item has. */
export interface Column {
  readonly name: string;
  readonly type: FieldType;
  readonly fields: readonly string[];
}

/**
 * Reads the mapping of the fields of work items to columns, which the home folder has.
 *
 * @returns undefined where there is none: no work items are wanted then
 * @throws {ConfigError} where it is malformed
 */
export function loadMapping(home: string): readonly Column[] | undefined {
  const file = path.join(home, mappingFile);
  const text = readTextFile(file);
  return text === undefined ? undefined : parseMapping(text, file);
}

/** @throws {ConfigError} naming the column that is wrong */
export function parseMapping(text: string, file: string): readonly Column[] {
  const { data, error } = mappingSchema.safeParse(parseJson(text, file));
  if (error !== undefined) {
    const places = error.issues.map(({ path: place, message }) => `${place.join('.') || 'mapping'}: ${message}`);
    throw new ConfigError(file, `is no mapping of the fields of work items: ${places.slice(0, 3).join('; ')}`);
  }
  return Object.entries(data).map(([name, column]) => ({ name, ...column }));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(file, `is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}
