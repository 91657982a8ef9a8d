import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dockerPage } from '../src/config/docker-page.js';
import { configurationPage } from '../src/config/documentation.js';
import { exportedSchemas, privacyPage } from '../src/tables/documentation.js';
import { commandsPage } from './commands-page.js';
import { sourcesPage } from './sources-page.js';

/**
 * The files under `docs/` that are made from schemas and from the help of the commands, by their path in the project. A test holds those in the project
 * against them, so that they cannot go stale.
 */
export async function generatedDocs(): Promise<ReadonlyMap<string, string>> {
  const docker = dockerPage();
  return new Map([
    ...(docker === undefined ? [] : [['docs/docker.md', docker] as const]),
    ['docs/commands.md', await commandsPage()],
    ['docs/configuration.md', configurationPage()],
    ['docs/privacy.md', privacyPage()],
    ['docs/sources.md', sourcesPage()],
    ...schemaFiles(),
  ]);
}

/** Writes the generated files whose path begins with a prefix below a folder. */
export async function writeDocs(folder: string, prefix: string): Promise<void> {
  for (const [path, contents] of await generatedDocs()) {
    if (path.startsWith(prefix)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), contents);
    }
  }
}

function schemaFiles(): readonly (readonly [string, string])[] {
  return [...exportedSchemas()].map(([file, schema]) => [
    `docs/schema/${file.replace(/\.txt$/, '.json')}`,
    `${JSON.stringify(schema, undefined, 2)}\n`,
  ]);
}
