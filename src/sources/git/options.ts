import { ConfigError } from '../../config/errors.js';
import type { LocalTime } from '../../tables/local-time.js';
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

const withZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})$/;
/** What git allows in no name of a tag (git-check-ref-format), and what would be an option. */
const forbiddenInTag = /^[-/]|[\s~^:?*[\\\0]|\.\.|@\{|\/\/|\.lock$|[./]$/;

/** @throws {ConfigError} where an option has a value that cannot be used */
export function readGitOptions(location: Location, time: LocalTime, file: string): GitOptions {
  const tag = location.option('tag');
  const fromDate = location.option('from_date');
  if (tag !== undefined && forbiddenInTag.test(tag)) {
    throw new ConfigError(file, `[${location.section}] tag = ${tag} cannot be the name of a tag`);
  }
  const start = fromDate === undefined ? undefined : parseDate(fromDate, time);
  if (fromDate !== undefined && start === undefined) {
    const expected = 'expected YYYY-MM-DD, with HH:MM:SS where wanted';
    throw new ConfigError(file, `[${location.section}] from_date = ${fromDate} is no date; ${expected}`);
  }
  return {
    statistics: location.option('skip_stats') === undefined,
    ...(tag === undefined ? {} : { tag }),
    // The tag takes the place of the date.
    ...(start === undefined || tag !== undefined ? {} : { fromDate: start }),
  };
}

function parseDate(text: string, time: LocalTime): number | undefined {
  const date = text.trim();
  return withZone.test(date) ? Date.parse(date.replace(' ', 'T')) / 1000 : time.parse(date);
}
