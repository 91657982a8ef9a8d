import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { register } from '../../scraper/registration.js';
import { runCommand } from '../run-command.js';
import { startSimulator, writeDataset } from '../servers/simulator.js';
import { temporaryFolder } from '../temporary-folder.js';

const commands = [
  register(
    'Maintenance',
    'update-jira-emails <project>',
    '',
    () => import('../../scraper/commands/update-jira-emails.js'),
  ),
];

const users = [
  { name: 'jan', key: 'jan', displayName: 'Jan de Vries', emailAddress: 'jan@example.org', active: true },
  { name: 'jansen', key: 'jansen', displayName: 'Piet Jansen', emailAddress: 'piet@example.org', active: true },
  { name: 'osahin', key: 'osahin', displayName: 'Özge Şahin', active: true },
];

const old = [
  { name: 'Jan', display_name: 'J. de Vries', encrypted: '0' },
  { name: 'osahin', display_name: 'Özge Şahin' },
  { name: 'jans', display_name: 'Somebody Else', encrypted: '0' },
  { name: 'f'.repeat(64), display_name: 'e'.repeat(64), email: 'd'.repeat(64), encrypted: '1' },
];

async function run(password: string, rows: readonly unknown[] | undefined = old) {
  const dataset = { auth: { users: [{ name: 'jan', password: 'secret' }], anonymous: false }, users };
  const server = await startSimulator('jira', writeDataset(temporaryFolder(), dataset));
  onTestFinished(() => server.stop());
  const folder = temporaryFolder();
  const file = path.join(folder, 'dropins', 'TEST', 'data_developer.json');
  mkdirSync(path.dirname(file), { recursive: true });
  if (rows !== undefined) writeFileSync(file, JSON.stringify(rows));
  writeFileSync(path.join(folder, 'settings.cfg'), `[jira]\nserver = ${server.url}\n[projects]\nTEST = Test\n`);
  writeFileSync(path.join(folder, 'credentials.cfg'), '');
  const words = ['update-jira-emails', 'TEST', '--username', 'jan', '--password', password];
  const code = await runCommand(commands, words, {
    folder,
    environment: {
      GATHERER_SETTINGS_FILE: path.join(folder, 'settings.cfg'),
      GATHERER_CREDENTIALS_FILE: path.join(folder, 'credentials.cfg'),
    },
  });
  return { code, file };
}

it('takes names and addresses from Jira, and leaves those whom it does not know or cannot name', async () => {
  const { code, file } = await run('secret');
  expect(code).toBe(1);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([
    { name: 'jan', display_name: 'Jan de Vries', email: 'jan@example.org', encrypted: '0' },
    { name: 'osahin', display_name: 'Özge Şahin', email: '0', encrypted: '0' },
    { name: 'jans', display_name: 'Somebody Else', encrypted: '0' },
    old[3],
  ]);
});

it('leaves the file as it is where Jira refuses the account', async () => {
  const { code, file } = await run('wrong');
  expect(code).toBe(1);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(old);
});

it('ends with status 0 where all are known, and 2 where there is no file', async () => {
  expect((await run('secret', old.slice(0, 2))).code).toBe(0);
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'settings.cfg'), '[projects]\nTEST = Test\n');
  const environment = { GATHERER_SETTINGS_FILE: path.join(folder, 'settings.cfg') };
  expect(await runCommand(commands, ['update-jira-emails', 'TEST'], { folder, environment })).toBe(2);
});
