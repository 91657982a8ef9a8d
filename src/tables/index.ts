import * as jira from './catalogue/jira.js';
import * as organisation from './catalogue/organisation.js';
import * as project from './catalogue/project.js';
import * as quality from './catalogue/quality.js';
import * as review from './catalogue/review.js';
import * as tfs from './catalogue/tfs.js';
import * as vcs from './catalogue/vcs.js';
import type { DocumentDefinition, TableDefinition } from './definition.js';

type Definition = TableDefinition | DocumentDefinition;

const byFileName = (left: Definition, right: Definition): number => (left.file < right.file ? -1 : 1);

const definitions: readonly Definition[] = [
  ...Object.values(vcs),
  ...Object.values(review),
  ...Object.values(tfs),
  ...Object.values(jira),
  ...Object.values(quality),
  ...Object.values(project),
  ...Object.values(organisation),
].toSorted(byFileName);

const knownTables = definitions.filter((definition) => 'row' in definition);
const knownDocuments = definitions.filter((definition) => 'schema' in definition);

/** Every table that may be exported, by file name. */
export const tables: readonly TableDefinition[] = knownTables;

/** Every other file that may be exported, the update trackers among them. */
export const documents: readonly DocumentDefinition[] = knownDocuments;

const byFile = new Map(definitions.map((definition) => [definition.file, definition]));

/** Makes the tables and trackers of a plug-in known. */
export function addDefinitions(added: readonly Definition[]): void {
  for (const definition of added) {
    byFile.set(definition.file, definition);
    if ('row' in definition) knownTables.push(definition);
    else knownDocuments.push(definition);
  }
  knownTables.sort(byFileName);
  knownDocuments.sort(byFileName);
}

/** The table that is exported in a file (a name without folder), or undefined. */
export function findTable(file: string): TableDefinition | undefined {
  const definition = byFile.get(file);
  return definition !== undefined && 'row' in definition ? definition : undefined;
}

/** The update tracker or other document that is exported in a file (a name without folder), or undefined. */
export function findDocument(file: string): DocumentDefinition | undefined {
  const definition = byFile.get(file);
  return definition !== undefined && 'schema' in definition ? definition : undefined;
}
