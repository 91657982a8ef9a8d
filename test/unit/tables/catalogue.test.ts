import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findDocument, findTable } from '../../../src/tables/index.js';
import { anyRowSchema } from '../../../src/tables/row.js';
import { checkRow } from '../../../src/tables/row-check.js';

/** What the original exported, by system and case. GOLDEN_FOLDER points the test at another collection. */
const folder = process.env['GOLDEN_FOLDER'] ?? fileURLToPath(new URL('../../exports', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) =>
    (process.env['GOLDEN_FOLDER'] === undefined || file.includes('/expected/')) &&
    (findTable(basename(file)) ?? findDocument(basename(file))) !== undefined,
);

/** Cases and files of the original that hold what it does wrong, or contents without meaning. */
const WRONG: ReadonlyMap<string, string> = new Map([
  ['owncloud/', 'dropins that are fetched and not looked at'],
  ['bigboat/statuses/runs/1/', 'statuses that the dashboard made up, passed on unseen'],
  ['quality-time/oddities/runs/1/expected/data_metric_targets.json', 'an unread direction and the text None'],
  ['sonarqube/oddities/', 'NaN as a measurement'],
  ['subversion/odd-revisions/', 'null for an unknown author'],
]);

function problems(file: string): readonly string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  const table = findTable(basename(file));
  if (table !== undefined) {
    const rows = z.array(anyRowSchema).parse(JSON.parse(text));
    const found = rows.flatMap((row) =>
      checkRow(table, row).map(({ field, message }) => `${field}: ${message}: ${JSON.stringify(row[field])}`),
    );
    return [...new Set(found)];
  }
  const result = findDocument(basename(file))?.schema.safeParse(file.endsWith('.json') ? JSON.parse(text) : text);
  return result?.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
}

describe('catalogue', () => {
  it.each(files.filter((file) => ![...WRONG.keys()].some((wrong) => file.startsWith(wrong))))(
    'accepts what the original exported: %s',
    (file) => {
      expect(problems(file)).toEqual([]);
    },
  );
});
