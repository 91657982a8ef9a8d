/**
 * What other programs may import: the contract of the exported files, a scrape and a controller in their own process,
 * and what a source is written against. Everything else may change from one version to the next.
 */
export { type OnceResult, runOnce } from './agent/once.js';
export type { ProjectReport, StepReport } from './agent/report.js';
export { ConfigError } from './config/errors.js';
export { createRuntime, type Runtime, type RuntimeOptions } from './config/runtime.js';
export { readVersion } from './config/version.js';
export { type ControllerSurroundings, type RunningController, startController } from './controller/index.js';
export { type ControllerOptions, readControllerOptions } from './controller/options.js';
export type { RepositoryContext, RepositorySource } from './sources/repository.js';
export type { GatherContext, Source, SourceEntry, TrackerValues } from './sources/source.js';
export type { DocumentDefinition, TableDefinition, TableRow } from './tables/definition.js';
export { documents, findDocument, findTable, tables } from './tables/index.js';
export { localTime } from './tables/local-time.js';
export { type Manifest, type ManifestFile, readManifest, verifyManifest, writeManifest } from './tables/manifest.js';
export { encrypt, Pseudonymiser } from './tables/pseudonym.js';
export { loadSecrets, parseSecrets, type Secrets } from './tables/secrets.js';
