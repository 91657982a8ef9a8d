import type { LocalTime } from '../../tables/local-time.js';
import { readFromDate } from '../from-date.js';
import type { Location } from '../location.js';

/** What `credentials.cfg` says about the history of the repositories of a host. */
export interface SubversionOptions {
  /** False with `skip_stats`. */
  readonly statistics: boolean;
  /** Only revisions at or after this moment, in seconds since 1970. */
  readonly fromDate?: number;
  /**
   * With `svn_corrections`: no revision is exported twice, and files without lines have their own change type. Without
   * it both are as agents have always exported them.
   */
  readonly corrections: boolean;
}

/** @throws {ConfigError} where an option has a value that cannot be used */
export function readSubversionOptions(location: Location, time: LocalTime, file: string): SubversionOptions {
  const fromDate = readFromDate(location, time, file);
  return {
    statistics: location.option('skip_stats') === undefined,
    corrections: location.option('svn_corrections') !== undefined,
    ...(fromDate === undefined ? {} : { fromDate }),
  };
}
