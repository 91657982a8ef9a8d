import { join } from 'node:path';
import { writeFileAtomically } from '../config/atomic-file.js';
import type { Runtime } from '../config/runtime.js';
import { fileExists } from './context.js';

/**
 * Tells other programs on the configuration volume, where there is one, which version of the agent reads it. A volume
 * that is only for reading is no reason to stop.
 */
export async function shareVersion({ home, version, log }: Runtime): Promise<void> {
  const folder = join(home, 'config');
  if (!(await fileExists(folder))) return;
  try {
    await writeFileAtomically(join(folder, 'VERSION'), `${version}\n`, 0o644);
  } catch (error) {
    log.debug({ err: error }, `${folder} does not take the version of the agent`);
  }
}
