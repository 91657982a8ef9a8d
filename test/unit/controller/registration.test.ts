import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RegistrationPolicy } from '../../../src/controller/admission.js';
import { Folders } from '../../../src/controller/folders.js';
import { projectLock } from '../../../src/controller/project-lock.js';
import { type RegistrationContext, register } from '../../../src/controller/registration.js';
import { writeSettings } from '../../doubles/controller-world.js';
import { MemoryStore } from '../../doubles/memory-store.js';
import { silentLogger } from '../../silent-logger.js';
import { temporaryFolder } from '../../temporary-folder.js';

const first = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const second = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea';
const settings = '[projects]\nTEST = x\nOTHER = y\n[network]\nOTHER = 192.0.2.0/24\n';

let context: RegistrationContext & { readonly store: MemoryStore };
let folders: Folders;

async function prepare(policy: RegistrationPolicy): Promise<void> {
  const data = temporaryFolder();
  folders = new Folders(data);
  const read = await writeSettings(data, settings);
  context = { store: new MemoryStore(), folders, policy, settings: read, log: silentLogger };
}

function ask(project: string, publicKey = first, agent = 'TEST', address = '192.0.2.1') {
  return register(context, { project, agent, publicKey, address });
}

describe('a registration that is safe', () => {
  beforeEach(() => prepare('safe'));

  it('keeps the key and gives the salts', async () => {
    const { salts } = await ask('TEST');
    expect(salts).toEqual(await context.store.salts('TEST'));
    expect(context.store.agents.get('TEST')?.publicKey).toBe(first);
  });

  it('makes folders for nobody else', async () => {
    await ask('TEST');
    for (const folder of [folders.home('TEST'), folders.exported('TEST', 'TEST'), folders.update('TEST', 'TEST')]) {
      expect((await stat(folder)).mode & 0o7777).toBe(0o700);
    }
  });

  it.each([
    ['UNKNOWN', 'TEST', '192.0.2.1', 403, /UNKNOWN is not known here/],
    ['TEST', 'UNKNOWN', '192.0.2.1', 403, /UNKNOWN is not known here/],
    ['OTHER', 'TEST', '198.51.100.1', 403, /198\.51\.100\.1 is not in defined networks/],
    ['TEST', 'OTHER', '198.51.100.1', 403, /198\.51\.100\.1 is not in defined networks/],
  ])('refuses project %s of agent %s from %s', async (project, agent, address, status, message) => {
    await expect(ask(project, first, agent, address)).rejects.toMatchObject({
      status,
      message: expect.stringMatching(message),
    });
    expect(context.store.agents.size).toBe(0);
  });

  it('refuses another key until an operator allows it, and then once', async () => {
    await ask('TEST');
    await expect(ask('TEST', second)).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('rekey TEST'),
    });
    const agent = await context.store.findAgent('TEST');
    expect(agent?.publicKey).toBe(first);
    context.store.agents.set('TEST', { key: 'TEST', publicKey: first, registered: new Date(), rekeyAllowed: true });
    await ask('TEST', second);
    expect(context.store.agents.get('TEST')?.publicKey).toBe(second);
    await expect(ask('TEST', first)).rejects.toMatchObject({ status: 409 });
  });

  it('takes the same key with another comment', async () => {
    await ask('TEST', `${first} one host`);
    await ask('TEST', `${first} another host`);
  });

  it.each(['', 'ssh-rsa AAAA', `${first}\n${second}`, `command="sh" ${first}`, 'ssh-dss AAAAB3NzaC1kc3M='])(
    'refuses %j, which is no public key',
    async (text) => {
      await expect(ask('TEST', text)).rejects.toMatchObject({ status: 400 });
    },
  );
});

describe('an open registration', () => {
  beforeEach(() => prepare('open'));

  it('takes anybody and any key', async () => {
    await ask('UNKNOWN', first, 'UNKNOWN', '198.51.100.1');
    await ask('UNKNOWN', second, 'UNKNOWN', '198.51.100.1');
    expect(context.store.agents.get('UNKNOWN')?.publicKey).toBe(second);
  });
});

describe('a registration again', () => {
  beforeEach(() => prepare('safe'));

  it('empties the folders of its project and of no other', async () => {
    await ask('TEST');
    await ask('OTHER');
    for (const project of ['TEST', 'OTHER']) {
      await writeFile(join(folders.exported('TEST', project), 'data.json'), '[]');
    }
    await mkdir(join(folders.imports, 'waiting'), { recursive: true });
    await ask('TEST');
    expect(await readdir(folders.exported('TEST', 'TEST'))).toEqual([]);
    expect(await readdir(folders.exported('TEST', 'OTHER'))).toEqual(['data.json']);
    expect(await readdir(folders.imports)).toEqual(['waiting']);
  });

  it('hands out the trackers of the store with their times, and those that an operator added', async () => {
    const updated = new Date('2024-03-01T12:00:00Z');
    const project = context.store.addProject('TEST');
    project.trackers.push({ file: 'jira-updated.txt', contents: '2024', updated });
    project.trackers.push({ file: '../../../escaped', contents: 'x', updated });
    await mkdir(folders.extraTrackers('TEST'), { recursive: true });
    await writeFile(join(folders.extraTrackers('TEST'), 'extra.json'), '{}');
    await ask('TEST');
    const update = folders.update('TEST', 'TEST');
    expect((await readdir(update)).sort()).toEqual(['extra.json', 'jira-updated.txt']);
    expect(await readFile(join(update, 'jira-updated.txt'), 'utf8')).toBe('2024');
    const { mode, mtime } = await stat(join(update, 'jira-updated.txt'));
    expect(mode & 0o7777).toBe(0o644);
    expect(mtime).toEqual(updated);
  });

  it('waits for no registration of another project, and gives up on one of its own', async () => {
    context.store.locked.add(projectLock('TEST'));
    await ask('OTHER');
    await expect(ask('TEST')).rejects.toMatchObject({
      status: 503,
      message: "Could not lock the agent for updating: RuntimeError('Another process has acquired the lock')",
    });
  });

  it('tells of a store that is away without its inside', async () => {
    context.store.down = true;
    await expect(ask('TEST')).rejects.toMatchObject({
      status: 503,
      message: 'Could not lock the agent for updating: could not take the lock agent/TEST',
    });
  });
});
