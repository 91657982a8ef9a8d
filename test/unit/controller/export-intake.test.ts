import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ExportIntake } from '../../../src/controller/export-intake.js';
import { Folders } from '../../../src/controller/folders.js';
import { projectLock } from '../../../src/controller/project-lock.js';
import { MemoryStore } from '../../doubles/memory-store.js';
import { silentLogger } from '../../silent-logger.js';
import { temporaryFolder } from '../../temporary-folder.js';

let folders: Folders;
let store: MemoryStore;
let queued: number;

function newIntake(): ExportIntake {
  return new ExportIntake({ store, folders, log: silentLogger, queued: () => queued++ });
}

async function upload(...names: readonly string[]): Promise<string> {
  const folder = folders.exported('TEST', 'TEST');
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    await writeFile(join(folder, name), `contents of ${name}`);
  }
  return folder;
}

beforeEach(() => {
  folders = new Folders(temporaryFolder());
  store = new MemoryStore();
  queued = 0;
});

describe('the intake of exports', () => {
  it('moves an export out of reach and queues its import', async () => {
    const uploaded = await upload('data.json', 'jira-updated.txt', 'scrape.log');
    const intake = newIntake();
    await intake.accept('TEST', 'TEST');
    await intake.queue();
    expect(await readdir(uploaded)).toEqual([]);
    const [job] = store.jobs;
    expect(job).toMatchObject({ project: 'TEST', agent: 'TEST', state: 'waiting' });
    expect(job?.folder).toMatch(/^imports\/\d{8}T\d{9}Z-[0-9a-f]{6}-TEST$/);
    expect((await readdir(join(folders.data, job?.folder ?? ''))).sort()).toEqual(['data.json', 'jira-updated.txt']);
    expect(await readdir(folders.imports)).toHaveLength(1);
    expect(await readFile(join(folders.logs('TEST'), 'scrape.log'), 'utf8')).toBe('contents of scrape.log');
    expect(queued).toBe(1);
  });

  it.each([
    { names: ['scrape.log'] },
    { names: ['scrape.log', 'manifest.json'] },
    { names: ['manifest.json'] },
    { names: [] },
  ])('imports nothing where there is only $names', async ({ names }) => {
    const uploaded = await upload(...names);
    const intake = newIntake();
    await intake.accept('TEST', 'TEST');
    await intake.queue();
    expect(await readdir(uploaded)).toEqual([]);
    expect(store.jobs).toEqual([]);
  });

  it('takes nothing of an agent that has no folder', async () => {
    const intake = newIntake();
    await intake.accept('TEST', 'NOBODY');
    await intake.queue();
    expect(store.jobs).toEqual([]);
  });

  it('leaves all in place while a registration of the project is under way', async () => {
    const uploaded = await upload('data.json');
    store.locked.add(projectLock('TEST'));
    await expect(newIntake().accept('TEST', 'TEST')).rejects.toMatchObject({ status: 503 });
    expect(await readdir(uploaded)).toEqual(['data.json']);
  });

  it('goes on at the next start where the queue could not be had', async () => {
    await upload('data.json');
    const intake = newIntake();
    store.addImport = () => Promise.reject(new Error('gone'));
    await intake.accept('TEST', 'TEST');
    await intake.queue();
    await intake.close();
    expect(await readdir(folders.imports)).toHaveLength(2);
    store = Object.assign(new MemoryStore());
    const next = newIntake();
    await next.start();
    await next.start();
    expect(store.jobs).toHaveLength(1);
    expect(await readdir(folders.imports)).toHaveLength(1);
  });

  it('queues an export once where it was killed before it could forget the note', async () => {
    await upload('data.json');
    const intake = newIntake();
    await intake.accept('TEST', 'TEST');
    await intake.queue();
    const [folder] = await readdir(folders.imports);
    await writeFile(join(folders.imports, `${folder}.json`), '{"project":"TEST","agent":"TEST"}');
    await newIntake().start();
    expect(store.jobs).toHaveLength(1);
    expect(await readdir(folders.imports)).toEqual([folder]);
  });

  it('forgets what it was killed over before it took it', async () => {
    const uploaded = await upload('data.json');
    await mkdir(folders.imports);
    await writeFile(join(folders.imports, 'never-TEST.json'), '{"project":"TEST","agent":"TEST"}');
    await newIntake().start();
    expect(await readdir(folders.imports)).toEqual(['never-TEST.json']);
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(join(folders.imports, 'never-TEST.json'), longAgo, longAgo);
    await newIntake().start();
    expect(await readdir(folders.imports)).toEqual([]);
    expect(await readdir(uploaded)).toEqual(['data.json']);
  });
});
