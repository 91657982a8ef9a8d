import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../config/atomic-file.js';
import type { Tracker } from '../store/store.js';
import { PREFLIGHT_DATE } from './export-folder.js';

const FOLDER_MODE = 0o770;
const FILE_MODE = 0o644;

/**
 * Puts the update trackers of a project into the folder from which its agent fetches them, and removes what else is
 * there: `<dataFolder>/agents/<AGENT>/update/<PROJECT>/`.
 * @throws Error where a folder on the way is something else, such as a symbolic link
 */
export async function handBack(
  dataFolder: string,
  { agent, project }: { readonly agent: string; readonly project: string },
  trackers: readonly Tracker[],
): Promise<void> {
  const folder = await ownFolder(dataFolder, ['agents', agent, 'update', project]);
  const wanted = trackers.filter(({ file }) => file !== PREFLIGHT_DATE);
  for (const { file, contents } of wanted) {
    await writeFileAtomically(join(folder, plainName(file)), contents, FILE_MODE);
  }
  const names = new Set(wanted.map(({ file }) => file));
  for (const name of await readdir(folder)) {
    if (!names.has(name)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Goes down folder by folder, so that no link that an agent may have placed leads elsewhere. */
async function ownFolder(dataFolder: string, names: readonly string[]): Promise<string> {
  let folder = dataFolder;
  for (const name of names) {
    folder = join(folder, plainName(name));
    await mkdir(folder, { mode: FOLDER_MODE }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') {
        throw error;
      }
    });
    if (!(await lstat(folder)).isDirectory()) {
      throw new Error(`${folder}: is not a folder; remove it`);
    }
  }
  return folder;
}

function plainName(name: string): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(name)) {
    throw new Error(`${JSON.stringify(name)} cannot be the name of a file`);
  }
  return name;
}
