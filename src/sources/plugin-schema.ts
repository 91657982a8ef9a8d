import { z } from 'zod';
import type { RepositorySource } from './repository.js';
import type { Source } from './source.js';

const words = z.array(z.string().min(1));
const functionSchema = z.custom<(...values: never[]) => unknown>((value) => typeof value === 'function', {
  error: 'expected a function',
});

const tableSchema = z.object({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,49}$/),
  file: z.string().regex(/^data_[A-Za-z0-9_]{1,50}\.json$/, 'expected data_<name>.json'),
  row: z.looseObject({ safeParse: functionSchema }, { error: 'expected a schema of zod' }),
  key: words,
  encrypt: words,
  freeText: words,
});

const sourceSchema = z.object({
  types: z.array(z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/)).min(1),
  tables: z.array(tableSchema).min(1),
  trackers: z.array(
    z.string().regex(/^[a-z][a-z0-9_-]{0,99}\.json$/, 'expected a file name such as issues_update.json'),
  ),
  gather: functionSchema,
});

/** What a plug-in exports: a source of either kind. */
export type AnySource = Source | RepositorySource;

/** What is wrong with what a plug-in exports; undefined for nothing. */
export function sourceProblem(value: unknown): string | undefined {
  const { error } = sourceSchema.safeParse(value);
  return error?.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'default export'}: ${message}`)
    .join('; ');
}

/** A module of a plug-in, checked by {@link sourceProblem}. */
export const pluginModule = z.object({
  default: z.custom<AnySource>((value) => sourceProblem(value) === undefined, {
    error: ({ input }) => sourceProblem(input) ?? '',
  }),
});
