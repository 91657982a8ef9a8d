/**
 * Rows per second that an import writes, against the plain way of one INSERT per row, on the embedded database and on
 * a PostgreSQL server where the machine has one. `npm run bench:import [-- COMMITS]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { startImporter } from '../src/controller/importer/importer.js';
import { openStore } from '../src/controller/store/open.js';
import type { ImportJob, Store } from '../src/controller/store/store.js';
import { readRows } from '../src/tables/reader.js';
import { requirements } from '../test/programs.js';
import { connect, exportOf, writeExport } from '../test/servers/exports.js';
import { startPostgresql } from '../test/servers/postgresql.js';

const TABLES = ['vcs_versions', 'change_path', 'tag'];

interface Place {
  readonly dataFolder: string;
  readonly databaseUrl?: string;
}

const log = pino({ level: 'silent' });
const commits = Number(process.argv[2] ?? 20_000);

async function measure(name: string, place: Place): Promise<void> {
  const opening = performance.now();
  const store = await openStore({ ...place, log });
  print(name, 'open a new database', `${((performance.now() - opening) / 1000).toFixed(2)} s`);
  await importOnce(store, place, 'warm', 200);
  const first = await importOnce(store, place, 'first', commits);
  const again = await importOnce(store, place, 'first', commits);
  await store.close();
  const naive = await insertOneByOne(place);
  print(name, 'import, all new', `${rate(first)} rows/s`);
  print(name, 'import again, nothing new', `${rate(again)} rows/s`);
  print(name, 'one INSERT per row', `${rate(naive)} rows/s`);
  print(name, 'ratio', `${((first.rows / first.seconds / naive.rows) * naive.seconds).toFixed(1)} times`);
  print(name, 'memory of this process', `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`);
}

interface Run {
  readonly rows: number;
  readonly seconds: number;
}

async function importOnce(store: Store, { dataFolder }: Place, repository: string, count: number): Promise<Run> {
  const folder = await writeExport(dataFolder, `imports/${repository}`, exportOf(repository, 0, count));
  const { id } = await store.addImport('BENCH', 'BENCH', folder);
  return timed(async () => {
    const importer = startImporter({ store, dataFolder, log, signal: new AbortController().signal });
    const job = await finished(store, id);
    await importer.close();
    return job.tables.reduce((sum, table) => sum + table.rows, 0);
  });
}

async function finished(store: Store, id: number): Promise<ImportJob> {
  for (;;) {
    const job = (await store.imports()).find((candidate) => candidate.id === id);
    if (job?.state === 'failed') {
      throw new Error(job.message);
    }
    if (job?.state === 'done') {
      return job;
    }
    await sleep(20);
  }
}

/** A tenth of the same rows, for it is slow: in one transaction as well, into tables with the same columns. */
async function insertOneByOne(place: Place): Promise<Run> {
  const folder = await writeExport(place.dataFolder, 'naive', exportOf('naive', 0, Math.ceil(commits / 10)));
  const database = await connect(place);
  for (const table of TABLES) {
    await database.ask(`create table gros.naive_${table} (like gros.${table} including all)`);
  }
  let count = 0;
  const { seconds } = await timed(async () => {
    await database.ask('begin');
    for (const table of TABLES) {
      for await (const row of readRows(join(place.dataFolder, folder, `data_${table}.json`))) {
        count += 1;
        const values = Object.values(row).map((value) => (value === '0' ? null : String(value)));
        const columns = Object.keys(row).map((column) => `"${column}"`);
        const places = columns.map((_, index) => `$${index + 1}`);
        await database.ask(
          `insert into gros.naive_${table} (project_id, row_key, ${columns.join(', ')})
           values (1, gen_random_uuid(), ${places.join(', ')}) on conflict do nothing`,
          values,
        );
      }
    }
    await database.ask('commit');
    return count;
  });
  await database.close();
  return { rows: count, seconds };
}

async function timed(action: () => Promise<number>): Promise<Run> {
  const begin = performance.now();
  const rows = await action();
  return { rows, seconds: (performance.now() - begin) / 1000 };
}

function rate({ rows, seconds }: Run): string {
  return Math.round(rows / seconds).toLocaleString('en');
}

function print(server: string, what: string, value: string): void {
  process.stdout.write(`${server.padEnd(12)}${what.padEnd(28)}${value}\n`);
}

const dataFolder = await mkdtemp(join(tmpdir(), 'gatherer-bench-'));
try {
  await measure('PGlite', { dataFolder });
  if (requirements.postgres.find() === undefined) {
    print('PostgreSQL', 'not measured', `this machine has none (Debian package ${requirements.postgres.install})`);
  } else {
    const server = await startPostgresql();
    await measure('PostgreSQL', { dataFolder, databaseUrl: await server.createDatabase('bench') });
    await server.stop();
  }
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
