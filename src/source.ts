/** What a plug-in imports, as `data-gathering/source`: little, so that commands start fast with plug-ins too. */
export { ConfigError } from './config/errors.js';
export { HttpClient } from './http/client.js';
export { HttpError } from './http/errors.js';
export type { Logger } from './log/logger.js';
export { latestVersionsFile, type RepositoryContext, type RepositorySource } from './sources/repository.js';
export {
  type GatherContext,
  type NewTrackerValues,
  type Source,
  type SourceEntry,
  StartOver,
  type TrackerValues,
} from './sources/source.js';
export { defineTable } from './tables/catalogue/define.js';
export type { TableDefinition, TableRow, TableRows } from './tables/definition.js';
