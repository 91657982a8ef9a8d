import { copyFile, lstat, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../config/atomic-file.js';
import { type Folders, isMissing, makePrivateFolder, PRIVATE_MODE } from './folders.js';
import type { StatusPart } from './status-part.js';
import type { Tracker } from './store/store.js';

/** Agents copy trackers with their mode. */
const TRACKER_MODE = 0o644;

/** A file name that stays in its folder, and that a shell, an SFTP client and a person read alike. */
const TRACKER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/;

/**
 * Makes the folders of an agent for one project anew: an empty one to upload to, and one with the update trackers, each
 * with the time of its last change.
 */
export async function prepareFolders(
  folders: Folders,
  agent: string,
  project: string,
  trackers: readonly Tracker[],
): Promise<void> {
  const exported = folders.exported(agent, project);
  const update = folders.update(agent, project);
  for (const folder of [exported, update]) {
    await rm(folder, { recursive: true, force: true });
    await makePrivateFolder(folder);
  }
  for (const { file, contents, updated } of trackers) {
    if (TRACKER_NAME.test(file)) {
      const path = join(update, file);
      await writeFileAtomically(path, contents, TRACKER_MODE);
      await utimes(path, new Date(), updated);
    }
  }
  await copyExtraTrackers(folders.extraTrackers(project), update);
}

async function copyExtraTrackers(from: string, to: string): Promise<void> {
  for (const entry of await listFolder(from)) {
    if (entry.isFile()) {
      await copyFile(join(from, entry.name), join(to, entry.name));
    }
  }
}

/** Entries of a folder; none where there is no such folder. */
export async function listFolder(folder: string): ReturnType<typeof readEntries> {
  try {
    return await readEntries(folder);
  } catch (error) {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
}

function readEntries(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

/** Whether the folders of an agent for a project are as they were made. */
export async function folderPart(folders: Folders, agent: string, project: string): Promise<StatusPart> {
  const home = folders.home(agent);
  const paths = [
    home,
    join(home, 'export'),
    join(home, 'update'),
    folders.exported(agent, project),
    folders.update(agent, project),
  ];
  const sound = await Promise.all(paths.map(isPrivateFolder));
  return sound.every(Boolean) ? { ok: true } : { ok: false, message: 'Agent directory was not properly stored' };
}

async function isPrivateFolder(path: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isDirectory() && (found.mode & 0o7777) === PRIVATE_MODE;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}
