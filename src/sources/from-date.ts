import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';
import type { LocalTime } from '../tables/local-time.js';
import type { Location } from './location.js';

const withZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})$/;
const expected = 'expected YYYY-MM-DD, with HH:MM:SS where wanted';

/**
 * The option `from_date`, in seconds since 1970.
 *
 * @param file `credentials.cfg`, for the error
 * @throws {ConfigError} where it is no date
 */
export function readFromDate(location: Location, time: LocalTime, file: string): number | undefined {
  const text = location.option('from_date');
  if (text === undefined) return undefined;
  const date = parseDate(text.trim(), time);
  if (date === undefined) {
    throw new ConfigError(file, `[${location.section}] from_date = ${text} is no date; ${expected}`);
  }
  return date;
}

/**
 * The moment from which a source is gathered of which nothing has been exported yet, in seconds since 1970.
 *
 * @param option `--since`; it goes before SCRAPE_SINCE
 * @throws {ConfigError} where it is no date
 */
export function readFirstDate(
  option: string | undefined,
  environment: Environment,
  time: LocalTime,
): number | undefined {
  const text = option ?? environment['SCRAPE_SINCE'];
  if (text === undefined || text.trim() === '') return undefined;
  const date = parseDate(text.trim(), time);
  if (date === undefined) {
    throw new ConfigError(option === undefined ? 'SCRAPE_SINCE' : '--since', `"${text}" is no date; ${expected}`);
  }
  return date;
}

function parseDate(date: string, time: LocalTime): number | undefined {
  return withZone.test(date) ? Date.parse(date.replace(' ', 'T')) / 1000 : time.parse(date);
}
