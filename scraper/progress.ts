import type { Logger } from '../src/log/logger.js';
import { createProgressDisplay, type ProgressDisplay } from '../src/sources/progress-display.js';

/** Shows progress on the terminal of whoever runs the command, else in the log. */
export function showProgress(log: Logger): ProgressDisplay {
  return createProgressDisplay(log, process.stderr.isTTY ? process.stderr : undefined);
}
