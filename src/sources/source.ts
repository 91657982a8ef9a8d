import type { Credentials } from '../config/credentials.js';
import type { Environment } from '../config/environment.js';
import type { Settings } from '../config/settings.js';
import type { Logger } from '../log/logger.js';
import type { TableDefinition, TableRows } from '../tables/definition.js';

/** An entry of `data_sources.json`: one upstream system instance of a project. */
export interface SourceEntry {
  readonly type: string;
  readonly name: string;
  readonly url: string;
  /** Further fields that some source types keep (`source_id`, `source_type`, ...) are carried along. */
  readonly [field: string]: string | undefined;
}

/** What every source is given. */
export interface GatherContext {
  readonly project: string;
  readonly entry: SourceEntry;
  readonly environment: Environment;
  readonly settings: Settings;
  readonly credentials: Credentials;
  /** `export/<PROJECT>`, where earlier exports and trackers are. */
  readonly exportFolder: string;
  readonly log: Logger;
  /** Aborted on SIGTERM: stop at the next row, leave nothing half-written. */
  readonly signal: AbortSignal;
}

/**
 * Values of update trackers by file name, e.g. `latest_vcs_versions.json`: of a file that has an entry per source the
 * entry of this one, else its contents. A file that has nothing for the source is absent.
 */
export type TrackerValues = Readonly<Record<string, string>>;

/** The values that a source has come to; Subversion keeps numbers. */
export type NewTrackerValues = Readonly<Record<string, string | number>>;

/** One folder of `src/sources` as the pipeline sees it. */
export interface Source<Context extends GatherContext = GatherContext> {
  /** Values of `type` in `data_sources.json` that this source serves. */
  readonly types: readonly string[];
  /** Tables that it may fill. They are written, empty if need be, whenever a source of the type is met. */
  readonly tables: readonly TableDefinition[];
  /** Files of the update trackers, without folder. */
  readonly trackers: readonly string[];
  /**
   * Yields rows of what is new since the tracker values, and returns the new values. Throws where the source as a whole
   * fails; a single bad item is logged with its identity and skipped.
   *
   * @throws {StartOver} where what was yielded is void, and gathering once more may succeed
   */
  gather(context: Context, since: TrackerValues): AsyncGenerator<TableRows, NewTrackerValues>;
}

/** What a source yielded is void, because what it was made from is damaged; the damage has been cleared away. */
export class StartOver extends Error {
  override readonly name = 'StartOver';
}
