import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startImporter } from '../../src/controller/importer/importer.js';
import { storeOperator } from '../../src/controller/operator.js';
import type { ImportJob, Store } from '../../src/controller/store/store.js';
import { writeManifest } from '../../src/tables/manifest.js';
import { connect, exportOf, writeExport } from '../servers/exports.js';
import { onEachServer, onPostgresql, silent, type TestDatabase } from '../servers/stores.js';

onEachServer('importer', (create) => {
  let database: TestDatabase;
  let store: Store;
  let count = 0;

  beforeAll(async () => {
    database = await create();
    store = await database.open();
  });
  afterAll(async () => {
    await store.close();
    await database.remove();
  });

  /** Queues an export and lets an importer run until nothing waits. */
  async function imported(project: string, files: Record<string, unknown>): Promise<ImportJob> {
    count += 1;
    const folder = await writeExport(database.dataFolder, `imports/${count}`, files);
    const { id } = await store.addImport(project, 'AGENT', folder);
    await runQueue(store, database.dataFolder);
    return find(store, id);
  }

  async function ask(sql: string): Promise<readonly unknown[]> {
    await store.close();
    const query = await connect(database);
    const rows = await query.ask(sql);
    await query.close();
    store = await database.open();
    return rows;
  }

  test('imports an export, hands the trackers back and removes the files', async () => {
    const job = await imported('FIRST', { ...exportOf('repo', 0, 100), 'scrape.log': 'a log' });
    expect(job).toMatchObject({ state: 'done', committed: true });
    expect(job.message).toBeUndefined();
    expect(job.tables).toEqual([
      { table: 'change_path', rows: 200, added: 200, changed: 0 },
      { table: 'tag', rows: 10, added: 10, changed: 0 },
      { table: 'vcs_versions', rows: 100, added: 100, changed: 0 },
    ]);
    const update = join(database.dataFolder, 'agents', 'AGENT', 'update', 'FIRST');
    expect(await readdir(update)).toEqual(['latest_vcs_versions.json']);
    expect(JSON.parse(await readFile(join(update, 'latest_vcs_versions.json'), 'utf8'))).toHaveProperty('repo');
    expect((await store.trackers('FIRST')).map(({ file }) => file)).toContain('preflight_date.txt');
    expect(existsSync(join(database.dataFolder, job.folder))).toBe(false);
  });

  test('changes nothing with the same export, and adds what is new', async () => {
    const again = await imported('FIRST', exportOf('repo', 0, 100));
    expect(again.tables.map(({ added, changed }) => added + changed)).toEqual([0, 0, 0]);
    const more = await imported('FIRST', exportOf('repo', 50, 130));
    expect(more.tables.map(({ added, changed }) => [added, changed])).toEqual([
      [60, 0],
      [3, 0],
      [30, 0],
    ]);
  });

  test('keeps the same tag of two repositories, and the same commit of two projects', async () => {
    await imported('PAIR', exportOf('one', 0, 1));
    const other = await imported('PAIR', exportOf('two', 0, 1));
    expect(other.tables.map(({ added }) => added)).toEqual([2, 1, 1]);
    const elsewhere = await imported('ELSEWHERE', exportOf('one', 0, 1));
    expect(elsewhere.tables.map(({ added }) => added)).toEqual([2, 1, 1]);
  });

  test('gives columns their types, and loses nothing that has no column', async () => {
    const files = exportOf('typed', 0, 1);
    const [row] = [files['data_vcs_versions.json']].flat();
    const odd = { ...Object(row), surplus: 'kept', size: 'much', message: 'nul \0 and \ud800' };
    const job = await imported('TYPED', { 'data_vcs_versions.json': [odd] });
    expect(job).toMatchObject({ state: 'done' });
    const [stored] = await ask(
      `select insertions, author_date, commit_date::text as committed, size, further, message
       from gros.vcs_versions join gros.project using (project_id) where name = 'TYPED'`,
    );
    expect(stored).toMatchObject({
      author_date: null,
      committed: '2020-01-01 00:00:00',
      size: null,
      further: { surplus: 'kept', size: 'much' },
      message: 'nul \ufffd and \ufffd',
    });
    expect(Number(Object(stored).insertions)).toBe(0);
  });

  test('takes the newer value of a row, the first of two in one export, and whole rows without a key', async () => {
    const ldap = (name: string, display_name: string) => ({ name, display_name, email: '' });
    await imported('ROWS', { 'data_ldap.json': [ldap('a', 'old'), ldap('b', 'same'), ldap('a', 'second')] });
    const job = await imported('ROWS', { 'data_ldap.json': [ldap('a', 'new'), ldap('b', 'same')] });
    expect(job.tables).toEqual([{ table: 'ldap', rows: 2, added: 0, changed: 1 }]);
    const event = { repo_name: 'r', version_id: 'a1', action: 'pushed to', kind: 'push', ref: 'main', user: 'jan' };
    const events = [1, 1, 2].map((day) => ({ ...event, date: `2024-01-0${day} 00:00:00` }));
    const first = await imported('ROWS', { 'data_vcs_event.json': events });
    expect(first.tables).toEqual([{ table: 'vcs_event', rows: 3, added: 2, changed: 0 }]);
    const second = await imported('ROWS', { 'data_vcs_event.json': events });
    expect(second.tables).toEqual([{ table: 'vcs_event', rows: 3, added: 0, changed: 0 }]);
  });

  test('accepts exports of the original, and names what it ignored', async () => {
    const job = await imported('ORIGINAL', {
      'data_vcs_versions.json': '[]',
      'data_jenkins.json': '{"host": "https://ci.example", "jobs": 1, "views": 2, "nodes": 3}',
      'data_unheard.json': '[{}]',
      preflight_env: 'A=1',
      'project_sources_update.json': '[]',
    });
    expect(job).toMatchObject({ state: 'done', message: 'ignored data_unheard.json' });
    const documents = await ask('select filename from gros.exported_document');
    expect(documents).toEqual([{ filename: 'data_jenkins.json' }]);
  });

  const commits = (text: string): Record<string, unknown> => ({
    ...exportOf('bad', 0, 10),
    'data_vcs_versions.json': text,
  });
  const good = JSON.stringify([exportOf('bad', 0, 1)['data_vcs_versions.json']].flat()[0]);
  test.each([
    ['no JSON', commits('hello'), 'data_vcs_versions.json'],
    ['empty', commits(''), 'data_vcs_versions.json'],
    ['truncated', commits(`[${good}, {"repo_name": "x"`), 'data_vcs_versions.json'],
    ['with more behind its end', commits(`[${good}] [`), 'data_vcs_versions.json'],
    ['an object', commits('{}'), 'data_vcs_versions.json'],
    ['nested deeply', commits(`[${'['.repeat(200_000)}`), 'data_vcs_versions.json'],
    [
      'with deep nesting in a row',
      commits(`[{"repo_name": ${'['.repeat(100_000)}${']'.repeat(100_000)}}]`),
      'data_vcs',
    ],
    ['with a number as row', commits('[1]'), 'data_vcs_versions.json'],
    ['with a field missing', commits(`[${good}, {"repo_name": "x"}]`), 'row 2, field'],
    ['with a field of another type', commits(`[${good.replace('"Jan"', '{"name": 1}')}]`), 'data_vcs_versions.json'],
    ['with a tracker that is no JSON', { 'latest_vcs_versions.json': '{' }, 'latest_vcs_versions.json: is not JSON'],
    ['with a huge row', commits(`[{"repo_name": "${'x'.repeat(70_000_000)}"}]`), 'data_vcs_versions.json'],
  ])('keeps an export %s, changes nothing, and says why', async (_, files, message) => {
    const before = await store.trackers('BAD');
    const job = await imported('BAD', files);
    expect(job).toMatchObject({ state: 'failed', committed: false, tables: [] });
    expect(job.message).toContain(message);
    expect(job.message?.length).toBeLessThan(1000);
    expect(existsSync(join(database.dataFolder, job.folder, Object.keys(files)[0] ?? ''))).toBe(true);
    expect(await store.trackers('BAD')).toEqual(before);
    expect(existsSync(join(database.dataFolder, 'agents', 'AGENT', 'update', 'BAD'))).toBe(false);
  });

  const origin = { project: 'LISTED', agentVersion: '1.0.0', created: new Date() };

  test('takes what the manifest names, and nothing else', async () => {
    count += 1;
    const folder = await writeExport(database.dataFolder, `imports/${count}`, exportOf('listed', 0, 5));
    const path = join(database.dataFolder, folder);
    await writeManifest(path, ['data_vcs_versions.json', 'latest_vcs_versions.json'], origin);
    const { id } = await store.addImport('LISTED', 'AGENT', folder);
    await runQueue(store, database.dataFolder);
    expect(await find(store, id)).toMatchObject({
      state: 'done',
      message: 'ignored data_change_path.json, data_tag.json, preflight_date.txt',
      tables: [{ table: 'vcs_versions', rows: 5, added: 5, changed: 0 }],
    });
  });

  test.each([
    [
      'a file changed',
      async (path: string) => writeFile(join(path, 'data_tag.json'), '[]'),
      'data_tag.json has 2 bytes',
    ],
    ['a file missing', async (path: string) => rm(join(path, 'data_tag.json')), 'data_tag.json is missing'],
    ['a link for a file', async (path: string) => linked(path), 'data_tag.json is missing'],
    ['a manifest that is none', async (path: string) => writeFile(join(path, 'manifest.json'), '{}'), 'manifest.json'],
  ])('keeps an export with %s', async (_, spoil, message) => {
    count += 1;
    const files = exportOf('listed', 0, 5);
    const folder = await writeExport(database.dataFolder, `imports/${count}`, files);
    const path = join(database.dataFolder, folder);
    await writeManifest(path, Object.keys(files), origin);
    await spoil(path);
    const { id } = await store.addImport('LISTED', 'AGENT', folder);
    await runQueue(store, database.dataFolder);
    expect(await find(store, id)).toMatchObject({ state: 'failed', message: expect.stringContaining(message) });
  });

  async function linked(path: string): Promise<void> {
    await rm(join(path, 'data_tag.json'));
    await symlink('/dev/zero', join(path, 'data_tag.json'));
  }

  test('imports what failed again on request, without undoing a later export', async () => {
    const failed = await imported('AGAIN', commits('hello'));
    expect(failed.state).toBe('failed');
    await imported('AGAIN', exportOf('again', 0, 40));
    const trackers = await store.trackers('AGAIN');
    await writeExport(database.dataFolder, failed.folder, exportOf('again', 0, 20));
    expect(await store.retryImports('AGAIN')).toBe(1);
    await runQueue(store, database.dataFolder);
    const job = await find(store, failed.id);
    expect(job).toMatchObject({ state: 'done', committed: true });
    expect(job.tables.every(({ added, changed }) => added + changed === 0)).toBe(true);
    expect(await store.trackers('AGAIN')).toEqual(trackers);
  });

  test('discards what failed on request, with its files, and nothing else', async () => {
    await imported('DISCARD', exportOf('kept', 0, 20));
    const failed = await imported('DISCARD', commits('hello'));
    const other = await imported('DISCARDED', commits('hello'));
    const operator = storeOperator(store, database.dataFolder, () => undefined);
    expect(await operator.discardImports('DISCARD')).toBe(1);
    expect(await operator.discardImports('DISCARD')).toBe(0);
    expect(await store.retryImports('DISCARD')).toBe(0);
    expect(existsSync(join(database.dataFolder, failed.folder))).toBe(false);
    expect(existsSync(join(database.dataFolder, other.folder))).toBe(true);
    const { state, committed, message } = await find(store, failed.id);
    expect({ state, committed, message }).toEqual({
      state: 'done',
      committed: false,
      message: 'discarded by an operator',
    });
    expect(await find(store, other.id)).toMatchObject({ state: 'failed' });
  });

  test('names an export whose files are gone, without the place of the data folder', async () => {
    const { id, folder } = await imported('GONE', commits('hello'));
    await rm(join(database.dataFolder, folder), { recursive: true });
    await store.retryImports('GONE');
    await runQueue(store, database.dataFolder);
    const { state, message } = await find(store, id);
    expect({ state, message }).toMatchObject({ state: 'failed', message: expect.stringContaining('are gone') });
    expect(message).not.toContain(database.dataFolder);
  });

  test('follows no links and leaves its data folder by no path', async () => {
    const secret = join(database.dataFolder, 'secret.json');
    await writeFile(secret, JSON.stringify(exportOf('stolen', 0, 1)['data_vcs_versions.json']));
    count += 1;
    const folder = await writeExport(database.dataFolder, `imports/${count}`, {});
    await symlink(secret, join(database.dataFolder, folder, 'data_vcs_versions.json'));
    await symlink('/etc', join(database.dataFolder, folder, 'etc'));
    await mkdir(join(database.dataFolder, folder, 'data_tag.json'));
    const linked = await store.addImport('LINKS', 'AGENT', folder);
    const outside = await store.addImport('LINKSB', 'AGENT', 'imports/../../etc');
    const absolute = await store.addImport('LINKSC', 'AGENT', '/etc');
    const agent = await store.addImport(
      'LINKSD',
      '../../agent',
      await writeExport(database.dataFolder, 'imports/d', {}),
    );
    await runQueue(store, database.dataFolder);
    expect(await find(store, linked.id)).toMatchObject({
      state: 'done',
      tables: [],
      message: 'ignored data_tag.json, data_vcs_versions.json, etc',
    });
    expect(existsSync('/etc/passwd')).toBe(true);
    expect(existsSync(secret)).toBe(true);
    for (const { id } of [outside, absolute]) {
      expect(await find(store, id)).toMatchObject({ state: 'failed', message: expect.stringContaining('not within') });
    }
    expect(await find(store, agent.id)).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('name of a file'),
    });
  });

  test('does not write through a link in the folder of an agent', async () => {
    const update = join(database.dataFolder, 'agents', 'AGENT', 'update');
    await mkdir(join(database.dataFolder, 'victim'));
    await writeFile(join(database.dataFolder, 'victim', 'file'), 'safe');
    await symlink(join(database.dataFolder, 'victim'), join(update, 'VICTIM'));
    const job = await imported('VICTIM', exportOf('victim', 0, 1));
    expect(job).toMatchObject({
      state: 'failed',
      committed: true,
      message: expect.stringContaining('is not a folder'),
    });
    expect(await readdir(join(database.dataFolder, 'victim'))).toEqual(['file']);
  });

  test('puts the import under way back in the queue when it is closed', async () => {
    count += 1;
    const folder = await writeExport(database.dataFolder, `imports/${count}`, exportOf('large', 0, 20_000));
    const { id } = await store.addImport('CLOSED', 'AGENT', folder);
    const importer = startImporter({
      store,
      dataFolder: database.dataFolder,
      log: silent,
      signal: new AbortController().signal,
    });
    while (importer.running() === undefined) {
      await sleep(1);
    }
    await store.ping();
    expect((await store.imports('CLOSED'))[0]).toMatchObject({ id, state: 'running' });
    await importer.close();
    expect(await find(store, id)).toMatchObject({ state: 'waiting', committed: false });
    await runQueue(store, database.dataFolder);
    expect(await find(store, id)).toMatchObject({ state: 'done' });
  });
});

onPostgresql('importers of several controllers', (create) => {
  test('share the queue, and import each export once', async () => {
    const database = await create();
    const stores = await Promise.all([database.open(), database.open(), database.open()]);
    const [store] = stores;
    for (const project of ['A', 'B', 'C', 'A', 'B', 'C', 'A', 'B', 'C']) {
      const number = (await store.imports()).length;
      const files = exportOf(`repo-${number}`, 0, 300);
      const folder = await writeExport(database.dataFolder, `imports/${number}`, files);
      await store.addImport(project, project, folder);
    }
    await Promise.all(stores.map((each) => runQueue(each, database.dataFolder)));
    const jobs = await store.imports();
    expect(jobs.map(({ state }) => state)).toEqual(jobs.map(() => 'done'));
    expect(jobs.map(({ tables }) => tables.map(({ added }) => added))).toEqual(jobs.map(() => [600, 30, 300]));
    await Promise.all(stores.map((each) => each.close()));
    await database.remove();
  });
});

async function runQueue(store: Store, dataFolder: string): Promise<void> {
  const importer = startImporter({ store, dataFolder, log: silent, signal: new AbortController().signal });
  while ((await store.imports()).some(({ state }) => state === 'waiting' || state === 'running')) {
    await sleep(10);
  }
  await importer.close();
}

async function find(store: Store, id: number): Promise<ImportJob> {
  const job = (await store.imports()).find((candidate) => candidate.id === id);
  if (job === undefined) {
    throw new Error(`no import ${id}`);
  }
  return job;
}
