import { join } from 'node:path';
import { writeFileAtomically } from '../config/atomic-file.js';
import type { Runtime } from '../config/runtime.js';
import { fileExists } from './context.js';

/** Tells other programs on the configuration volume, where there is one, which version of the agent reads it. */
export async function shareVersion({ home, version }: Runtime): Promise<void> {
  const folder = join(home, 'config');
  if (await fileExists(folder)) {
    await writeFileAtomically(join(folder, 'VERSION'), `${version}\n`, 0o644);
  }
}
