import { z } from 'zod';
import { quickTestOf, withQuickTest } from './quick-test.js';

/** Text of at most so many characters; counted as the database does, so that an emoji is one. */
export function text(length?: number): z.ZodType<string> {
  if (length === undefined) return withQuickTest(z.string(), (value) => typeof value === 'string');
  const schema = z
    .string()
    .refine((value) => value.length <= length || [...value].length <= length, {
      error: `is longer than ${length} characters`,
    })
    .meta({ maxLength: length });
  return withQuickTest(schema, (value) => typeof value === 'string' && value.length <= length);
}

/** Either what the schema accepts, or "0" for what is not known. */
export function orUnknown(schema: z.ZodType<string>): z.ZodType<string> {
  const test = quickTestOf(schema);
  return withQuickTest(z.union([schema, z.literal('0')]), (value) => value === '0' || test?.(value) === true);
}

/** Text of a form, of at most so many characters. */
function matching(pattern: RegExp, length = Number.POSITIVE_INFINITY): z.ZodString {
  const schema = z.string().regex(pattern);
  return withQuickTest(
    Number.isFinite(length) ? schema.max(length) : schema,
    (value) => typeof value === 'string' && value.length <= length && pattern.test(value),
  );
}

export const number = matching(/^[0-9]{1,9}$/);
export const integer = matching(/^-?[0-9]{1,9}$/);
/** As Python writes a float, with exponent where it is large or small. */
export const decimal = matching(/^-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?$/);
export const flag = z.enum(['0', '1']);
/** Yes and no as Jira's fields have them; fields left empty are absent. */
export const yesNo = z.enum(['-1', '1']);
/** `YYYY-MM-DD HH:MM:SS` in the local time of the agent. */
export const moment = matching(/^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) [0-9]{2}:[0-9]{2}:[0-9]{2}$/);
/** `YYYY-MM-DD`. */
export const date = matching(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/);
/** Name or pseudonym of a person in columns of 64 characters. */
export const developer = text(64);
export const personName = text(500);
/** What an author configured as their address, which need not be one; its pseudonym; "0" or nothing. */
export const email = text(100);
export const repositoryName = text(1000);
export const url = text(255);
/** Commit hash or revision number. */
export const version = matching(/^[a-f0-9]+$/, 100);
export const projectKey = matching(/^[A-Z]+$/, 20);
export const issueKey = matching(/^[A-Z]+-[0-9]+$/, 20);
