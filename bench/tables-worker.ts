import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TableDefinition } from '../src/tables/definition.js';
import { exportTables } from '../src/tables/export-set.js';
import { findTable } from '../src/tables/index.js';
import { Pseudonymiser } from '../src/tables/pseudonym.js';
import type { Row } from '../src/tables/row.js';

const [kind = '', name = '', count = '0'] = process.argv.slice(2);
const table = findTable(`data_${name}.json`);
if (table === undefined) {
  throw new Error(`no table ${name}`);
}

function makeRow(index: number): Row {
  const version = index.toString(16).padStart(40, '0');
  const person = `Développeur ${index % 300}`;
  const address = `developer${index % 300}@example.org`;
  switch (name) {
    case 'vcs_versions':
      return {
        repo_name: 'repository',
        version_id: version,
        sprint_id: '0',
        message: `Change number ${index} in the “parser”\n\nBecause of issue ABC-${index % 1000}.\n`,
        type: 'commit',
        developer: person,
        developer_username: person,
        developer_email: address,
        commit_date: '2024-02-03 04:05:06',
        author_date: '2024-02-03 04:05:06',
        branch: '0',
        insertions: '12',
        deletions: '3',
        number_of_files: '2',
        number_of_lines: '15',
        size: '734',
      };
    case 'change_path':
      return {
        repo_name: 'repository',
        version_id: version,
        file: `src/module${index % 50}/part/file${index % 977}.ts`,
        change_type: 'M',
        insertions: '10',
        deletions: '2',
        size: '4711',
      };
    default:
      return {
        repo_name: 'repository',
        tag_name: `v${index}`,
        version_id: version,
        message: `Release ${index}`,
        tagged_date: '2024-02-03 04:05:06',
        tagger: person,
        tagger_email: address,
      };
  }
}

async function writePlainly(folder: string, rows: readonly Row[]): Promise<void> {
  const handle = await open(join(folder, 'plain.json'), 'w');
  await handle.writeFile(JSON.stringify(rows, undefined, 4));
  await handle.sync();
  await handle.close();
}

async function writeTable(folder: string, definition: TableDefinition, rows: Iterable<Row>): Promise<void> {
  const pseudonymiser = new Pseudonymiser({
    salts: { salt: '$2b$12$abcdefghijklmnopqrstuu', pepper: '$2b$12$zyxwvutsrqponmlkjihgfe' },
    usernames: [{ prefix: 'ORG%', pattern: 'ORG\\\\(\\w+)', replace: '$1' }],
  });
  await exportTables({ folder, pseudonymiser, log: pino({ level: 'silent' }) }, async (exports) => {
    const producer = exports.producer();
    for (const row of rows) {
      producer.write({ table: definition, row });
      if (producer.isBehind) await producer.settle();
    }
    await producer.complete();
  });
}

function* makeRows(): Generator<Row> {
  for (let index = 0; index < Number(count); index += 1) {
    yield makeRow(index);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bench-tables-'));
try {
  const rows = kind === 'stream' ? makeRows() : [...makeRows()];
  const start = performance.now();
  const cpu = process.cpuUsage();
  await (Array.isArray(rows) && kind === 'plain' ? writePlainly(folder, rows) : writeTable(folder, table, rows));
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1_000_000;
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ seconds, cpuSeconds, peakMegabytes }));
} finally {
  await rm(folder, { recursive: true });
}
