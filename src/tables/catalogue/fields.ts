import { z } from 'zod';

/** Text of at most so many characters; counted as the database does, so that an emoji is one. */
export function text(length?: number): z.ZodType<string> {
  return length === undefined
    ? z.string()
    : z
        .string()
        .refine((value) => value.length <= length || [...value].length <= length, {
          error: `is longer than ${length} characters`,
        })
        .meta({ maxLength: length });
}

/** Either what the schema accepts, or "0" for what is not known. */
export function orUnknown(schema: z.ZodType<string>): z.ZodType<string> {
  return z.union([schema, z.literal('0')]);
}

export const number = z.string().regex(/^[0-9]{1,9}$/);
export const integer = z.string().regex(/^-?[0-9]{1,9}$/);
/** As Python writes a float, with exponent where it is large or small. */
export const decimal = z.string().regex(/^-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?$/);
export const flag = z.enum(['0', '1']);
/** Yes and no as Jira's fields have them; fields left empty are absent. */
export const yesNo = z.enum(['-1', '1']);
/** `YYYY-MM-DD HH:MM:SS` in the local time of the agent. */
export const moment = z
  .string()
  .regex(/^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) [0-9]{2}:[0-9]{2}:[0-9]{2}$/);
/** `YYYY-MM-DD`. */
export const date = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/);
/** Name or pseudonym of a person in columns of 64 characters. */
export const developer = text(64);
export const personName = text(500);
/** What an author configured as their address, which need not be one; its pseudonym; "0" or nothing. */
export const email = text(100);
export const repositoryName = text(1000);
export const url = text(255);
/** Commit hash or revision number. */
export const version = z
  .string()
  .regex(/^[a-f0-9]+$/)
  .max(100);
export const projectKey = z
  .string()
  .regex(/^[A-Z]+$/)
  .max(20);
export const issueKey = z
  .string()
  .regex(/^[A-Z]+-[0-9]+$/)
  .max(20);
