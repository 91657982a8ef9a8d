import { ConfigError } from '../config/errors.js';
import type { Settings } from '../config/settings.js';
import type { Logger } from '../log/logger.js';

const FRESH_MILLISECONDS = 5_000;

/**
 * Gives the settings as they are now, so that an operator adds a project without a restart. Settings that have become
 * malformed are logged, and the last good ones stay in force.
 * @throws ConfigError where they are malformed from the start
 */
export function liveSettings(read: () => Settings, log: Logger): () => Settings {
  let settings = read();
  let readAt = Date.now();
  return () => {
    if (Date.now() - readAt >= FRESH_MILLISECONDS) {
      readAt = Date.now();
      settings = readAgain(read, settings, log);
    }
    return settings;
  };
}

function readAgain(read: () => Settings, last: Settings, log: Logger): Settings {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) {
      log.error(`${error.message}; the settings that were read before stay in force`);
      return last;
    }
    throw error;
  }
}
