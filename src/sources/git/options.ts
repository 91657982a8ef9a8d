import { ConfigError } from '../../config/errors.js';
import type { LocalTime } from '../../tables/local-time.js';
import { readFromDate } from '../from-date.js';
import type { Location } from '../location.js';

/** What `credentials.cfg` says about the history of the repositories of a host. */
export interface GitOptions {
  /** Only the commits that lead to this tag. */
  readonly tag?: string;
  /** Only commits authored at or after this moment, in seconds since 1970. */
  readonly fromDate?: number;
  /** False with `skip_stats`. */
  readonly statistics: boolean;
}

/** What git allows in no name of a tag (git-check-ref-format), and what would be an option. */
const forbiddenInTag = /^[-/]|[\s~^:?*[\\\0]|\.\.|@\{|\/\/|\.lock$|[./]$/;

/** @throws {ConfigError} where an option has a value that cannot be used */
export function readGitOptions(location: Location, time: LocalTime, file: string): GitOptions {
  const tag = location.option('tag');
  if (tag !== undefined && forbiddenInTag.test(tag)) {
    throw new ConfigError(file, `[${location.section}] tag = ${tag} cannot be the name of a tag`);
  }
  const start = readFromDate(location, time, file);
  return {
    statistics: location.option('skip_stats') === undefined,
    ...(tag === undefined ? {} : { tag }),
    // The tag takes the place of the date.
    ...(start === undefined || tag !== undefined ? {} : { fromDate: start }),
  };
}
