import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpackEmptyDatabase } from '../../src/controller/store/empty-database.js';
import { temporaryFolder } from '../temporary-folder.js';

test('the database of the build is whole, with its empty folders, and private', async () => {
  const folder = join(temporaryFolder(), 'database');
  expect(await unpackEmptyDatabase(folder)).toBe(true);
  expect(await readFile(join(folder, 'PG_VERSION'), 'utf8')).toMatch(/^\d+\n$/);
  expect(await readdir(join(folder, 'pg_twophase'))).toEqual([]);
  const paths = await readdir(folder, { recursive: true });
  expect(paths.length).toBeGreaterThan(900);
  for (const path of ['.', ...paths]) expect((await stat(join(folder, path))).mode & 0o077, path).toBe(0);
});
