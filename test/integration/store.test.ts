import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreError } from '../../src/controller/store/error.js';
import { openStore } from '../../src/controller/store/open.js';
import type { Store } from '../../src/controller/store/store.js';
import { onEachServer, onPostgresql, silent, type TestDatabase } from '../servers/stores.js';

onEachServer('store', (create) => {
  let database: TestDatabase;
  let store: Store;
  beforeAll(async () => {
    database = await create();
    store = await database.open();
  });
  afterAll(async () => {
    await store.close();
    await database.remove();
  });

  test('answers', async () => {
    expect(store.kind).toBe(database.kind);
    await store.ping();
  });

  test('knows a project once it was added', async () => {
    expect(await store.findProject('UNKNOWN')).toBeUndefined();
    const ids = await Promise.all(Array.from({ length: 8 }, () => store.ensureProject('TEST')));
    expect(new Set(ids).size).toBe(1);
    expect(await store.findProject('TEST')).toBe(ids[0]);
  });

  test('makes salts once, also for callers that come together', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, () => store.salts('SALTED')));
    expect(new Set(pairs.map(({ salt, pepper }) => `${salt} ${pepper}`)).size).toBe(1);
    expect(pairs[0]?.salt).toMatch(/^\$2b\$12\$[./A-Za-z0-9]{22}$/);
    expect(pairs[0]?.pepper).not.toBe(pairs[0]?.salt);
    const everyones = await store.salts();
    expect(everyones).not.toEqual(pairs[0]);
    expect(await store.salts()).toEqual(everyones);
  });

  test('keeps agents, and a permission for another key for one registration', async () => {
    expect(await store.findAgent('TEST')).toBeUndefined();
    expect(await store.allowRekey('TEST')).toBe(false);
    await store.saveAgent('TEST', 'ssh-ed25519 AAAA');
    expect(await store.allowRekey('TEST')).toBe(true);
    expect(await store.findAgent('TEST')).toMatchObject({ publicKey: 'ssh-ed25519 AAAA', rekeyAllowed: true });
    await store.saveAgent('TEST', 'ssh-ed25519 BBBB');
    expect(await store.findAgent('TEST')).toMatchObject({ publicKey: 'ssh-ed25519 BBBB', rekeyAllowed: false });
  });

  test('keeps update trackers of a project, also the first one', async () => {
    expect(await store.trackers('TRACKED')).toEqual([]);
    await store.saveTracker('TRACKED', 'preflight_date.txt', '2024-01-01');
    await store.saveTracker('TRACKED', 'preflight_date.txt', '2024-02-01');
    await store.saveTracker('OTHER', 'a.json', '');
    const [tracker, ...more] = await store.trackers('TRACKED');
    expect(more).toEqual([]);
    expect(tracker).toMatchObject({ file: 'preflight_date.txt', contents: '2024-02-01' });
    expect(Math.abs(Date.now() - (tracker?.updated.getTime() ?? 0))).toBeLessThan(60_000);
  });

  test('adds a BigBoat status once, and none for an unknown project', async () => {
    const row = { name: 'x', checked_time: '2024-01-01 12:00:00', ok: '1', value: '2.5', max: '' };
    await expect(store.insertBigboatStatus('NOBODY', [row])).rejects.toThrow('project NOBODY is not in the database');
    await store.ensureProject('BOAT');
    await store.insertBigboatStatus('BOAT', [row, { ...row, name: 'y', ok: '0' }]);
    await store.insertBigboatStatus('BOAT', [row]);
    await expect(store.insertBigboatStatus('BOAT', [{ ...row, value: 'much' }])).rejects.toThrow(StoreError);
  });

  test('keeps the values of rows out of its errors', async () => {
    await store.ensureProject('SECRET');
    const row = { name: 'personal data', checked_time: '2024-01-01 12:00:00', ok: '1', value: 'no number', max: '' };
    const error: unknown = await store.insertBigboatStatus('SECRET', [row]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect(inspect(error, { depth: 10 })).not.toContain('personal data');
  });

  test('lets one at a time hold a lock', async () => {
    let inside = 0;
    const action = async (): Promise<number> => {
      inside += 1;
      expect(inside).toBe(1);
      expect(await store.isLocked('turns')).toBe(true);
      inside -= 1;
      return 1;
    };
    const results = await Promise.all(Array.from({ length: 6 }, () => store.withLock('turns', 10_000, action)));
    expect(results).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await store.isLocked('turns')).toBe(false);
    const refused = await store.withLock('turns', 0, () => store.withLock('turns', 60, async () => 'taken'));
    expect(refused).toBeUndefined();
    await expect(store.withLock('turns', 0, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await store.isLocked('turns')).toBe(false);
  });

  test('gives out imports in order, one of a project at a time', async () => {
    const first = await store.addImport('QA', 'AGENT', 'imports/1');
    expect(first).toMatchObject({ project: 'QA', agent: 'AGENT', state: 'waiting', committed: false, tables: [] });
    const second = await store.addImport('QA', 'AGENT', 'imports/2');
    const other = await store.addImport('QB', 'AGENT', 'imports/3');
    expect((await store.claimImport())?.id).toBe(first.id);
    expect((await store.claimImport())?.id).toBe(other.id);
    expect(await store.claimImport()).toBeUndefined();
    expect(await store.requeueOrphans()).toBe(0);
    await store.finishImport(first.id, 'failed', 'bad file');
    expect((await store.imports('QA'))[0]).toMatchObject({ state: 'failed', message: 'bad file' });
    expect((await store.claimImport())?.id).toBe(second.id);
    await store.finishImport(second.id, 'done');
    await store.finishImport(other.id, 'done');
    expect(await store.retryImports('QB')).toBe(0);
    expect(await store.retryImports()).toBe(1);
    const again = await store.claimImport();
    expect(again?.id).toBe(first.id);
    expect(again?.message).toBeUndefined();
    await store.finishImport(first.id, 'done');
  });

  test('reads the user name rules of a project from the file of the operator', async () => {
    expect(await store.usernameRules('TEST')).toEqual([]);
    const file = join(database.dataFolder, 'import', 'data_vcsdev_to_dev.json');
    await mkdir(join(database.dataFolder, 'import'));
    const rules = [
      { prefix: 'ORG%', pattern: 'ORG(.*)', replace: '$1', mutate: 'lower', projects: ['TEST', 'OTHER'] },
      { prefix: 'x', projects: ['OTHER'] },
      { prefix: 'everywhere' },
      { jira_user_name: 'jan', display_name: 'Jan', projects: ['TEST'] },
    ];
    await writeFile(file, JSON.stringify(rules));
    expect(await store.usernameRules('TEST')).toEqual([
      { prefix: 'ORG%', pattern: 'ORG(.*)', replace: '$1', mutate: 'lower' },
    ]);
    await writeFile(file, '[{"prefix": 1}]');
    await expect(store.usernameRules('TEST')).rejects.toThrow(/data_vcsdev_to_dev\.json: .*expected string/s);
    await writeFile(file, '{');
    await expect(store.usernameRules('TEST')).rejects.toThrow('is not JSON');
  });

  test('keeps what it was given over a restart', async () => {
    const before = await store.salts('RESTART');
    const job = await store.addImport('RESTART', 'AGENT', 'imports/9');
    expect((await store.claimImport())?.id).toBe(job.id);
    await store.close();
    store = await database.open();
    expect(await store.salts('RESTART')).toEqual(before);
    expect(await store.requeueOrphans()).toBe(1);
    expect((await store.claimImport())?.id).toBe(job.id);
    await store.finishImport(job.id, 'done');
  });
});

onPostgresql('several controllers', (create) => {
  test('start together, share salts and locks, and take each import once', async () => {
    const database = await create();
    const stores = await Promise.all(Array.from({ length: 4 }, () => database.open()));
    const [first, second] = stores;
    if (first === undefined || second === undefined) {
      throw new Error('no stores');
    }
    const salts = await Promise.all(stores.map((store) => store.salts('SHARED')));
    expect(new Set(salts.map(({ salt }) => salt)).size).toBe(1);
    await first.withLock('one', 0, async () => {
      expect(await second.isLocked('one')).toBe(true);
      expect(await second.withLock('one', 100, async () => 'entered')).toBeUndefined();
    });
    expect(await second.withLock('one', 0, async () => 'entered')).toBe('entered');

    for (let index = 0; index < 40; index += 1) {
      await first.addImport(`P${'ABCDE'[index % 5]}`, 'AGENT', `imports/${index}`);
    }
    const taken: { id: number; project: string }[] = [];
    await Promise.all(stores.map((store) => drain(store, taken)));
    expect(taken.length).toBe(40);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(40);
    for (const project of ['PA', 'PB', 'PC', 'PD', 'PE']) {
      const ids = taken.filter((job) => job.project === project).map(({ id }) => id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
    await Promise.all(stores.map((store) => store.close()));
    await database.remove();
  });

  test('leave alone the imports whose files another one has', async () => {
    const database = await create();
    const here = await database.open();
    const elsewhere = await openStore({
      dataFolder: join(database.dataFolder, 'elsewhere'),
      log: silent,
      ...(database.databaseUrl !== undefined && { databaseUrl: database.databaseUrl }),
    });
    const theirs = await elsewhere.addImport('TWICE', 'AGENT', 'imports/1');
    const ours = await here.addImport('TWICE', 'AGENT', 'imports/1');
    expect((await here.claimImport())?.id).toBe(ours.id);
    expect(await elsewhere.claimImport()).toBeUndefined();
    await here.finishImport(ours.id, 'done');
    expect(await here.claimImport()).toBeUndefined();
    expect((await elsewhere.claimImport())?.id).toBe(theirs.id);
    await here.close();
    await elsewhere.close();
    await database.remove();
  });

  test('take over the imports of one that went away', async () => {
    const database = await create();
    const dying = await database.open();
    const living = await database.open();
    const job = await dying.addImport('GONE', 'AGENT', 'imports/1');
    expect((await dying.claimImport())?.id).toBe(job.id);
    expect(await living.requeueOrphans()).toBe(0);
    expect(await living.claimImport()).toBeUndefined();
    await dying.close();
    expect(await living.requeueOrphans()).toBe(1);
    expect((await living.claimImport())?.id).toBe(job.id);
    await living.close();
    await database.remove();
  });
});

async function drain(store: Store, taken: { id: number; project: string }[]): Promise<void> {
  for (;;) {
    const job = await store.claimImport();
    if (job !== undefined) {
      taken.push(job);
      await store.finishImport(job.id, 'done');
    } else if ((await store.imports()).every(({ state }) => state === 'done')) {
      return;
    }
  }
}
