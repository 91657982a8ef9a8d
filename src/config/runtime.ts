import type { Logger } from '../log/logger.js';
import type { Credentials } from './credentials.js';
import type { Environment } from './environment.js';
import type { Settings } from './settings.js';

/** What every command is given: the configuration in force, read once. */
export interface Runtime {
  /** GATHERER_HOME: `/home/agent` in the image, the working directory elsewhere. */
  readonly home: string;
  /** First line of VERSION, else the version of the package. */
  readonly version: string;
  readonly environment: Environment;
  /** Read and checked on first use, so that a command that needs no settings works without them. */
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly log: Logger;
  /** Aborted by SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
}
