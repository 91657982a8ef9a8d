import type { Credentials } from '../config/credentials.js';
import type { Environment } from '../config/environment.js';
import type { Settings } from '../config/settings.js';
import type { Logger } from '../log/logger.js';
import type { TableDefinition, TableRow } from '../tables/definition.js';

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

/** One folder of `src/sources` as the pipeline sees it. */
export interface Source {
  /** Values of `type` in `data_sources.json` that this source serves. */
  readonly types: readonly string[];
  readonly tables: readonly TableDefinition[];
  /** File of the update tracker, without folder, e.g. `latest_vcs_versions.json`. */
  readonly tracker: string;
  /**
   * Yields rows of what is new since the tracker value, and returns the new value. Throws where the source as a whole
   * fails; a single bad item is logged with its identity and skipped.
   */
  gather(context: GatherContext, since: string | undefined): AsyncGenerator<TableRow, string | undefined>;
}
