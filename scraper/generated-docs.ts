import { exportedSchemas, privacyPage } from '../src/tables/documentation.js';

/**
 * The files under `docs/` that are made from schemas, by their path in the project. A test holds those in the project
 * against them, so that they cannot go stale.
 */
export function generatedDocs(): ReadonlyMap<string, string> {
  return new Map([['docs/privacy.md', privacyPage()], ...schemaFiles()]);
}

function schemaFiles(): readonly (readonly [string, string])[] {
  return [...exportedSchemas()].map(([file, schema]) => [
    `docs/schema/${file.replace(/\.txt$/, '.json')}`,
    `${JSON.stringify(schema, undefined, 2)}\n`,
  ]);
}
