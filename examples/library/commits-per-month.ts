// Gathers a Git repository, and counts its commits per month and person, whose names stay unknown:
//
//   npm install data-gathering typescript
//   npx tsc && node commits-per-month.js https://git.example.org/shop.git

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgressDisplay, createRuntime, findTable, gatherVersionControl, readRows } from 'data-gathering';

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error('expected the URL of a Git repository');

// A folder of its own takes the place of the working directory of an agent.
const home = mkdtempSync(join(tmpdir(), 'commits-per-month-'));
const project = 'SHOP';
const folder = join(home, 'export', project);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'data_sources.json'), JSON.stringify([{ type: 'git', name: 'shop', url }]));

// With secrets, names are pseudonyms in all that is written.
const secrets = join(home, 'secrets.json');
writeFileSync(secrets, JSON.stringify({ salts: { salt: 'some text', pepper: 'some other text' } }), { mode: 0o600 });

const runtime = createRuntime({
  commandLine: { GATHERER_HOME: home, GATHERER_SECRETS_FILE: secrets },
  // Nothing but what is named here is read of the environment.
  process: { PATH: process.env['PATH'], HOME: home, TZ: 'UTC' },
  workingFolder: home,
  logLevel: 'ERROR',
  terminal: false,
  signal: AbortSignal.timeout(600_000),
});
const { failed } = await gatherVersionControl(runtime, {
  project,
  repositories: 'clones',
  followHostChange: true,
  force: false,
  pull: true,
  jobs: 1,
  progress: createProgressDisplay(runtime.log, undefined),
});
if (failed.length > 0) throw new Error(`${url} could not be gathered`);

const table = findTable('data_vcs_versions.json');
if (table === undefined) throw new Error('there is no such table');
const commits = new Map<string, number>();
for await (const row of readRows(join(folder, table.file))) {
  // The schema says what the fields of a row are.
  const { commit_date: date, developer } = table.row.parse(row);
  const key = `${String(date).slice(0, 7)} ${String(developer).slice(0, 8)}`;
  commits.set(key, (commits.get(key) ?? 0) + 1);
}
for (const [key, count] of [...commits].sort()) console.log(`${key} ${count}`);
