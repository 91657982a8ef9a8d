/**
 * What other programs may import: the contract of the exported files, the sources, the settings, the HTTP client, a
 * scrape and a controller in their own process, and what a source is written against. Everything else may change from
 * one version to the next. Nothing here reads a file or the environment before it is called.
 */
export { type OnceResult, runOnce } from './agent/once.js';
export type { ProjectReport, StepReport } from './agent/report.js';
export { type Credentials, loadCredentials } from './config/credentials.js';
export type { Environment } from './config/environment.js';
export { ConfigError } from './config/errors.js';
export { createRuntime, type Runtime, type RuntimeOptions } from './config/runtime.js';
export { loadSettings, type Settings } from './config/settings.js';
export { readVersion } from './config/version.js';
export { type ControllerSurroundings, type RunningController, startController } from './controller/index.js';
export { type ControllerOptions, readControllerOptions } from './controller/options.js';
export { HttpClient, type HttpClientOptions, type HttpRequest } from './http/client.js';
export { ApiConnections } from './http/connections.js';
export { HttpError } from './http/errors.js';
export type { HttpResponse } from './http/response.js';
export type { Logger } from './log/logger.js';
export { Redactor } from './log/redactor.js';
export { gatherSources, type SourcesOptions, type SourcesOutcome } from './sources/gather-sources.js';
export { gatherStep, type StepOptions, type StepOutcome } from './sources/gather-step.js';
export { createProgressDisplay, type ProgressDisplay } from './sources/progress-display.js';
export { describeSources, type SourceDescription } from './sources/registry.js';
export type { RepositoryContext, RepositorySource } from './sources/repository.js';
export type { GatherContext, Source, SourceEntry, TrackerValues } from './sources/source.js';
export { stepSources } from './sources/step-registry.js';
export type { StepContext, StepSource } from './sources/step-source.js';
export {
  gatherVersionControl,
  type VersionControlOptions,
  type VersionControlOutcome,
} from './sources/version-control.js';
export type { DocumentDefinition, TableDefinition, TableRow, TableRows } from './tables/definition.js';
export { exportedSchemas, jsonSchemaOf } from './tables/documentation.js';
export { documents, findDocument, findTable, tables } from './tables/index.js';
export { localTime } from './tables/local-time.js';
export { type Manifest, type ManifestFile, readManifest, verifyManifest, writeManifest } from './tables/manifest.js';
export { encrypt, Pseudonymiser } from './tables/pseudonym.js';
export { readRows } from './tables/reader.js';
export type { Row, RowValue } from './tables/row.js';
export { checkRow, type RowProblem } from './tables/row-check.js';
export { loadSecrets, parseSecrets, type Secrets } from './tables/secrets.js';
