import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findDocument, findTable } from '../../../src/tables/index.js';
import { anyRowSchema } from '../../../src/tables/row.js';
import { checkRow } from '../../../src/tables/row-check.js';
import { PublishedSchemas } from '../../published-schema.js';
import { corrections } from '../../schema-corrections.js';

const test = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What the original exported, by system and case, and what the golden cases expect. GOLDEN_FOLDER points the test at
 * another collection of cases.
 */
const other = process.env['GOLDEN_FOLDER'];
const files =
  other === undefined
    ? [...filesOf(join(test, 'exports'), ''), ...filesOf(join(test, 'golden'), '/expected/')]
    : filesOf(other, '/expected/');

interface ExpectedFile {
  /** Relative to the collection, so that it starts with system and case. */
  readonly name: string;
  readonly path: string;
}

function filesOf(folder: string, part: string): readonly ExpectedFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes(part) && (findTable(basename(name)) ?? findDocument(basename(name))) !== undefined)
    .map((name) => ({ name, path: join(folder, name) }));
}

/** Cases and files of the original that hold what it does wrong, or contents without meaning. */
const WRONG: ReadonlyMap<string, string> = new Map([
  ['owncloud/', 'dropins that are fetched and not looked at'],
  ['bigboat/statuses/runs/1/', 'statuses that the dashboard made up, passed on unseen'],
  ['quality-time/oddities/runs/1/expected/data_metric_targets.json', 'an unread direction and the text None'],
  ['sonarqube/oddities/', 'NaN as a measurement'],
  ['subversion/odd-revisions/', 'null for an unknown author'],
]);

const published = new PublishedSchemas(corrections);
const places: ReadonlyMap<string, { readonly schema: string; readonly definition: string }> = new Map([
  ...published.exports,
  ['data_bigboat.json', { schema: 'bigboat/status.json', definition: 'bigboat_statuses' }],
  ['metric_names.json', { schema: 'quality/metric_names.json', definition: 'metric_names' }],
  ['measurements_update.json', { schema: 'quality/update.json', definition: 'quality_update' }],
]);
/** Files that the published schemas say nothing of. */
const UNPUBLISHED: readonly string[] = ['data_guilds.json', 'jira-updated.txt'];

/** What our schemas do not accept in a file. */
function problems(file: string, contents: unknown): readonly string[] {
  const table = findTable(file);
  if (table !== undefined) {
    const found = z
      .array(anyRowSchema)
      .parse(contents)
      .flatMap((row) =>
        checkRow(table, row).map(({ field, message }) => `${field}: ${message}: ${JSON.stringify(row[field])}`),
      );
    return [...new Set(found)];
  }
  const result = findDocument(file)?.schema.safeParse(contents);
  return result?.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
}

/** What the published schemas do not accept in it. */
function publishedProblems(file: string, contents: unknown): readonly string[] {
  const place = places.get(file);
  if (place === undefined) return UNPUBLISHED.includes(file) ? [] : [`no published schema of ${file}`];
  const validate = published.validator(place.schema, `/$defs/${place.definition}`);
  validate(contents);
  return validate.errors?.map(({ instancePath, message }) => `${instancePath}: ${message}`) ?? [];
}

describe('catalogue', () => {
  const right = files.filter(({ name }) => ![...WRONG.keys()].some((wrong) => name.startsWith(wrong)));

  it.each(right)('accepts what is exported, as the published schemas do: $name', ({ path }) => {
    const text = readFileSync(path, 'utf8');
    const contents: unknown = path.endsWith('.json') ? JSON.parse(text) : text;
    expect(problems(basename(path), contents)).toEqual([]);
    expect(publishedProblems(basename(path), contents)).toEqual([]);
  });
});
