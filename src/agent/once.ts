import type { Runtime } from '../config/runtime.js';
import type { ProjectReport } from './report.js';
import { Scraper } from './scraper.js';

export interface OnceResult {
  /** 0 only where every project succeeded. */
  readonly code: number;
  readonly reports: readonly ProjectReport[];
}

/**
 * Scrapes every project now.
 *
 * @throws {ConfigError} where no project is configured
 */
export async function runOnce(runtime: Runtime): Promise<OnceResult> {
  const scraper = new Scraper(runtime, () => undefined);
  const { reports: running } = await scraper.start();
  const reports = await running;
  const complete = !runtime.signal.aborted && reports.every((report) => report.code === 0);
  return { code: complete ? 0 : 1, reports };
}
