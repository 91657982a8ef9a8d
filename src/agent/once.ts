import type { Runtime } from '../config/runtime.js';
import type { ProjectReport } from './report.js';
import type { ScrapeOptions } from './scrape.js';
import { Scraper } from './scraper.js';

export interface OnceResult {
  /** 0 only where every project succeeded; 2 where nothing but the configuration was in the way. */
  readonly code: number;
  readonly reports: readonly ProjectReport[];
}

/**
 * Scrapes every project now.
 *
 * @throws {ConfigError} where no project is configured, or a file of the configuration is malformed
 */
export async function runOnce(runtime: Runtime, options: Pick<ScrapeOptions, 'progress'> = {}): Promise<OnceResult> {
  const scraper = new Scraper(runtime, () => undefined, options);
  const { reports: running } = await scraper.start();
  const reports = await running;
  const failures = reports.map(({ code }) => code).filter((code) => code !== 0);
  return { code: runtime.signal.aborted ? 1 : exitCode(failures), reports };
}

/** @param failures exit codes of the projects that failed */
function exitCode(failures: readonly number[]): number {
  if (failures.length === 0) return 0;
  return failures.every((code) => code === 2) ? 2 : 1;
}
