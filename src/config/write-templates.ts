import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from './atomic-file.js';
import { type ConfigurationKind, configurationPath } from './configuration-file.js';
import type { Environment } from './environment.js';
import { isGenerated, markGenerated } from './generated-file.js';
import { renderTemplate, templateFor } from './template.js';
import { readTextFile } from './text-file.js';

/**
 * Writes `settings.cfg` and `credentials.cfg` from their templates and the environment, with mode 600, where they do
 * not exist or are as an earlier environment made them. A file that somebody edited stays as it is. Where nothing may
 * be written, nothing is: what would be in the files is in force all the same.
 *
 * @returns the files that were written
 */
export async function writeConfiguration(environment: Environment): Promise<readonly string[]> {
  const written: string[] = [];
  for (const kind of ['settings', 'credentials'] as const satisfies readonly ConfigurationKind[]) {
    const file = configurationPath(kind, environment);
    const wanted = markGenerated(renderTemplate(templateFor(kind), environment));
    const found = readTextFile(file);
    if (found === wanted || (found !== undefined && !isGenerated(found))) continue;
    if (await write(file, wanted)) written.push(file);
  }
  return written;
}

async function write(file: string, contents: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomically(file, contents, 0o600);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false;
    throw error;
  }
}
