import { configurationPage } from '../src/config/documentation.js';
import { exportedSchemas, privacyPage } from '../src/tables/documentation.js';
import { commandsPage } from './commands-page.js';

/**
 * The files under `docs/` that are made from schemas and from the help of the commands, by their path in the project. A test holds those in the project
 * against them, so that they cannot go stale.
 */
export async function generatedDocs(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/commands.md', await commandsPage()],
    ['docs/configuration.md', configurationPage()],
    ['docs/privacy.md', privacyPage()],
    ...schemaFiles(),
  ]);
}

function schemaFiles(): readonly (readonly [string, string])[] {
  return [...exportedSchemas()].map(([file, schema]) => [
    `docs/schema/${file.replace(/\.txt$/, '.json')}`,
    `${JSON.stringify(schema, undefined, 2)}\n`,
  ]);
}
