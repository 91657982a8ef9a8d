import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from './atomic-file.js';
import { type ConfigurationKind, configurationPath } from './configuration-file.js';
import type { Environment } from './environment.js';
import { renderTemplate, templateFor } from './template.js';

/**
 * Writes `settings.cfg` and `credentials.cfg` from their templates and the environment, with mode 600, where they do
 * not exist yet. Existing files stay as they are.
 *
 * @returns the files that were written
 */
export async function writeMissingConfiguration(environment: Environment): Promise<readonly string[]> {
  const written: string[] = [];
  for (const kind of ['settings', 'credentials'] as const satisfies readonly ConfigurationKind[]) {
    const file = configurationPath(kind, environment);
    if (await exists(file)) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomically(file, renderTemplate(templateFor(kind), environment), 0o600);
    written.push(file);
  }
  return written;
}

async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}
