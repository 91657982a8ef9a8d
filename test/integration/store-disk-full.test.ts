import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startImporter } from '../../src/controller/importer/importer.js';
import { openStore } from '../../src/controller/store/open.js';
import type { ImportJob, Store } from '../../src/controller/store/store.js';
import { describeWith, requirements } from '../requirements.js';
import { exportOf, writeExport } from '../servers/exports.js';
import { silent } from '../servers/stores.js';
import { smallDisk } from '../small-disk.js';

describeWith([requirements.mount], 'the embedded database on a full disk', () => {
  test('does not begin an import that may fill it, and does it when there is space', async () => {
    const dataFolder = smallDisk(160 * 1024);
    const { store, job, filler } = await fullDisk(dataFolder);
    const importer = start(store, dataFolder);
    const failed = await settled(store, job);
    expect(failed).toMatchObject({ state: 'failed', message: expect.stringContaining('the disk is full') });
    await rm(filler);
    await store.retryImports();
    importer.wake();
    expect(await settled(store, job)).toMatchObject({ state: 'done', committed: true });
    await importer.close();
    await store.close();
  });

  test('answers with an error while it is full, and goes on when there is space', async () => {
    const dataFolder = smallDisk(120 * 1024);
    const { store, filler } = await fullDisk(dataFolder, 256 * 1024);
    const large = 'x'.repeat(8 * 1024 * 1024);
    for (let number = 0; number < 3; number += 1) {
      await expect(store.saveTracker('TEST', `${number}.txt`, random(large))).rejects.toThrow('Could not');
    }
    await rm(filler);
    await store.saveTracker('TEST', 'a.txt', 'kept');
    expect(await store.trackers('TEST')).toMatchObject([{ file: 'a.txt', contents: 'kept' }]);
    await store.close();
  });
});

/** Text that does not compress. */
function random(text: string): string {
  return Array.from({ length: text.length / 8 }, () => Math.random().toString(36).slice(2, 10).padEnd(8, '0')).join('');
}

async function fullDisk(dataFolder: string, left = 8 * 1024 * 1024) {
  const store = await openStore({ dataFolder, log: silent });
  const folder = await writeExport(dataFolder, 'imports/1', exportOf('repo', 0, 500));
  const { id } = await store.addImport('TEST', 'AGENT', folder);
  const { bavail, bsize } = await statfs(dataFolder);
  const filler = join(dataFolder, 'filler');
  await writeFile(filler, Buffer.alloc(bavail * bsize - left));
  return { store, job: id, filler };
}

function start(store: Store, dataFolder: string) {
  return startImporter({ store, dataFolder, log: silent, signal: new AbortController().signal });
}

async function settled(store: Store, id: number): Promise<ImportJob> {
  for (;;) {
    const job = (await store.imports()).find((candidate) => candidate.id === id);
    if (job?.state === 'failed' || job?.state === 'done') {
      return job;
    }
    await sleep(20);
  }
}
