import { ConfigError } from '../../config/errors.js';
import type { LocalTime } from '../../tables/local-time.js';

const zoned = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;
const wallClock = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?)?$/;

/**
 * A moment of an option or a tracker, in milliseconds since 1970.
 *
 * @param clock reads moments that have no zone, in seconds
 * @param origin for the error
 * @throws {ConfigError} where the text is none
 */
export function readMoment(text: string, clock: (wall: string) => number | undefined, origin: string): number {
  const moment = parse(text.trim(), clock);
  if (Number.isFinite(moment)) return moment;
  throw new ConfigError(origin, `"${text}" is no moment; expected "YYYY-MM-DD HH:MM:SS", with a zone where wanted`);
}

function parse(text: string, clock: (wall: string) => number | undefined): number {
  if (zoned.test(text)) return Date.parse(text.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (!wallClock.test(text)) return Number.NaN;
  const fraction = /\.\d+$/.exec(text)?.[0] ?? '';
  const seconds = clock(text.slice(0, text.length - fraction.length).replace('T', ' ')) ?? Number.NaN;
  return (seconds + Number(`0${fraction}`)) * 1000;
}

/** Reads what has no zone as UTC. */
export function utcClock(wall: string): number {
  return Date.parse(`${wall.length === 10 ? `${wall} 00:00:00` : wall}Z`.replace(' ', 'T')) / 1000;
}

/** Reads what has no zone as local time. */
export function localClock(time: LocalTime): (wall: string) => number | undefined {
  return (wall) => time.parse(wall);
}
