import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { register } from '../../scraper/registration.js';
import { startAdminServer } from '../../src/controller/admin-server.js';
import { Folders } from '../../src/controller/folders.js';
import { storeOperator } from '../../src/controller/operator.js';
import { openStore } from '../../src/controller/store/open.js';
import type { Salts } from '../../src/controller/store/store.js';
import { runCommand } from '../run-command.js';
import { connect } from '../servers/exports.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

const commands = [
  register('Maintenance', 'retrieve-salts <project>', '', () => import('../../scraper/commands/retrieve-salts.js')),
  register(
    'Maintenance',
    'import-bigboat-status <project>',
    '',
    () => import('../../scraper/commands/import-bigboat-status.js'),
  ),
];

const saltsSchema = z.object({ salt: z.string(), pepper: z.string() });

/** What is printed. */
function saltsText({ salt, pepper }: Salts): string {
  return `Salt: ${salt}\nPepper: ${pepper}`;
}

function run(folder: string, ...words: readonly string[]): Promise<number> {
  return runCommand(commands, words, { folder, environment: { TZ: 'Europe/Amsterdam' } });
}

async function printed(action: () => Promise<number>): Promise<string> {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    expect(await action()).toBe(0);
    return print.mock.calls.flat().join('\n');
  } finally {
    print.mockRestore();
  }
}

const status = { name: 'cpu', checked_time: '2024-06-01 10:00:00', ok: true, value: 0.5, max: null };
const dump = [
  JSON.stringify([status, { ...status, name: 'memory', ok: '0', value: 3, max: 8 }]),
  '',
  'no JSON',
  JSON.stringify([{ ...status, checked_time: 'yesterday' }]),
  JSON.stringify([{ ...status, checked_time: '2024-12-01 10:00:00' }]),
].join('\n');

const sql =
  'select name, checked_date::text as time, ok, value, max from gros.bigboat_status order by checked_date, name';
const expected = [
  { name: 'cpu', time: '2024-06-01 12:00:00', ok: true, value: 0.5, max: null },
  { name: 'memory', time: '2024-06-01 12:00:00', ok: false, value: 3, max: 8 },
  { name: 'cpu', time: '2024-12-01 11:00:00', ok: true, value: 0.5, max: null },
];

/** Each opening of the database takes a while. */
const patience = 300_000;

it('works on the database where no controller runs', { timeout: patience }, async () => {
  const folder = temporaryFolder();
  const text = await printed(() => run(folder, 'retrieve-salts', 'TEST'));
  expect(text).toMatch(/^Salt: \$2\S{27}\nPepper: \$2\S{27}$/);
  writeFileSync(path.join(folder, 'dump.json'), dump);
  const words = ['import-bigboat-status', 'TEST', '--path', 'dump.json', '--source', 'https://bigboat.example.org'];
  expect(await run(folder, ...words)).toBe(1);
  const database = await connect({ dataFolder: path.join(folder, 'data') });
  onTestFinished(() => database.close());
  expect(await database.ask(sql)).toEqual(expected);
  expect(await database.ask('select source_type, url from gros.source_environment')).toEqual([
    { source_type: 'bigboat', url: 'https://bigboat.example.org' },
  ]);
  const [salts] = await database.ask('select salt, pepper from gros.project_salt where project_id <> 0');
  expect(saltsText(saltsSchema.parse(salts))).toBe(text);
});

it('works through the controller that runs on the data', { timeout: patience }, async () => {
  const folder = temporaryFolder();
  const dataFolder = path.join(folder, 'data');
  const store = await openStore({ dataFolder, tables: [], log: silentLogger });
  onTestFinished(() => store.close());
  const operator = storeOperator(store, dataFolder, () => undefined);
  const folders = new Folders(dataFolder);
  const admin = await startAdminServer(folders.adminSocket, operator, silentLogger);
  onTestFinished(() => admin.close());
  const logs = folders.logs('TEST');
  mkdirSync(logs, { recursive: true });
  writeFileSync(path.join(logs, 'data_status.json'), `${JSON.stringify([status])}\n`);
  // The database does not know the project yet.
  expect(await run(folder, 'import-bigboat-status', 'TEST')).toBe(1);
  expect(await printed(() => run(folder, 'retrieve-salts', 'TEST'))).toBe(saltsText(await store.salts('TEST')));
  expect(await run(folder, 'import-bigboat-status', 'TEST')).toBe(0);
  expect(await run(folder, 'import-bigboat-status', 'TEST')).toBe(0);
  expect(await run(folder, 'import-bigboat-status', 'TEST', '--path', 'none.json')).toBe(2);
});

it('ends with status 2 for what is no key of a project', async () => {
  expect(await run(temporaryFolder(), 'retrieve-salts', '../TEST')).toBe(2);
});
