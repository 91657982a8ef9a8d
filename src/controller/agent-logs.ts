import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../config/atomic-file.js';
import { type Folders, isMissing, makePrivateFolder } from './folders.js';
import { formatJson, type Json } from './json.js';

const MODE = 0o600;
/** Of a file that is larger, one older part is kept. */
const MAX_BYTES = 10 * 1024 * 1024;

/** Messages that tell of no problem of the agent. */
const IGNORED = [
  /^Could not load sprint data, no sprint matching possible/,
  /^Controller status: Some parts are not OK: .*Status 'tracker': Next scheduled gather moment is in/,
  /^No BigBoat (?:host|API key) defined for [\p{L}\p{N}_]+/u,
  /^Cannot retrieve repository source for dummy repository on/,
];

export function isIgnoredMessage(message: string): boolean {
  return IGNORED.some((pattern) => pattern.test(message));
}

/** Adds one line of JSON to `log.json` or `data_status.json` among the logs of a project. */
export async function appendRecord(folders: Folders, project: string, file: string, record: Json): Promise<void> {
  const folder = folders.logs(project);
  const path = join(folder, file);
  await makePrivateFolder(folder);
  if ((await sizeOf(path)) > MAX_BYTES) {
    await rename(path, `${path}.1`);
  }
  await appendFile(path, `${formatJson(record)}\n`, { mode: MODE });
}

/** Keeps what an agent says of itself, as it came. */
export async function saveAgentStatus(folders: Folders, project: string, text: string): Promise<void> {
  await makePrivateFolder(join(folders.data, 'logs'));
  await writeFileAtomically(folders.agentStatus(project), text, MODE);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) {
      return 0;
    }
    throw error;
  }
}
