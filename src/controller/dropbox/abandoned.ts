import { opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../ssh/errors.js';
import { type Folder, inFolder } from './folder.js';
import { incomingFolder } from './upload.js';

/** Milliseconds. Another controller may be at work in the same folder, so what is young is left alone. */
const abandonedAfter = 60 * 60_000;

async function removeOld(incoming: Folder): Promise<void> {
  for await (const { name } of await opendir(incoming.here)) {
    const found = await incoming.find(name);
    if (found !== undefined && Date.now() - found.mtimeMs > abandonedAfter) {
      await rm(incoming.at(name), { force: true, recursive: true });
    }
  }
}

async function unlessMissing(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) {
      throw error;
    }
  }
}

/** Removes what agents were uploading when an earlier process was killed. */
export async function removeAbandoned(dataFolder: string): Promise<void> {
  const agents = join(dataFolder, 'agents');
  await unlessMissing(async () => {
    for await (const { name } of await opendir(agents)) {
      await unlessMissing(() => inFolder(join(agents, name), [incomingFolder], removeOld));
    }
  });
}
