import type { Network } from '../config/networks.js';
import type { Settings } from '../config/settings.js';
import type { Logger } from '../log/logger.js';
import type { LocalTime } from '../tables/local-time.js';
import type { RegistrationPolicy } from './admission.js';
import type { ControllerStore } from './controller-store.js';
import type { ExportIntake } from './export-intake.js';
import type { Folders } from './folders.js';
import type { Release } from './release.js';

/** What the endpoints work on. */
export interface ControllerContext {
  readonly settings: Settings;
  readonly store: ControllerStore;
  readonly folders: Folders;
  readonly intake: ExportIntake;
  readonly policy: RegistrationPolicy;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly proxies: readonly Network[];
  /** Clock of the tables. */
  readonly localTime: LocalTime;
  /** Holds the environment that agents are given. */
  readonly environmentFile: string;
  readonly release: Release;
  /** Public keys of the SSH server in OpenSSH form. */
  readonly hostKeys: readonly string[];
  readonly sshPort: number;
  /** Names of the parts of this process that do not work now. */
  readonly stopped: () => readonly string[];
  readonly log: Logger;
}
