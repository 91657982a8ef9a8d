import * as jira from './catalogue/jira.js';
import * as organisation from './catalogue/organisation.js';
import * as project from './catalogue/project.js';
import * as quality from './catalogue/quality.js';
import * as review from './catalogue/review.js';
import * as tfs from './catalogue/tfs.js';
import * as vcs from './catalogue/vcs.js';
import type { DocumentDefinition, TableDefinition } from './definition.js';

type Definition = TableDefinition | DocumentDefinition;

const definitions: readonly Definition[] = [
  ...Object.values(vcs),
  ...Object.values(review),
  ...Object.values(tfs),
  ...Object.values(jira),
  ...Object.values(quality),
  ...Object.values(project),
  ...Object.values(organisation),
].toSorted((left, right) => (left.file < right.file ? -1 : 1));

/** Every table that may be exported, by file name. */
export const tables: readonly TableDefinition[] = definitions.filter((definition) => 'row' in definition);

/** Every other file that may be exported, the update trackers among them. */
export const documents: readonly DocumentDefinition[] = definitions.filter((definition) => 'schema' in definition);

const byFile: ReadonlyMap<string, Definition> = new Map(definitions.map((definition) => [definition.file, definition]));

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
