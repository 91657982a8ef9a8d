import { createHash } from 'node:crypto';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** `[schedule]` of the settings. */
export interface Schedule {
  /** Days between two scrapes of an agent; 0 for no schedule. */
  readonly days: number;
  /** Minutes by which projects are set apart either way, so that not all agents come at once; 0 for none. */
  readonly drift: number;
}

/** A number that is the same for a project on every controller and after every restart. */
export function projectHash(project: string): number {
  return createHash('sha256').update(project).digest().readUIntBE(0, 6);
}

/**
 * Milliseconds from one scrape to the next: the days of the schedule and the project's own drift, whose sign swaps each
 * period so that a project which was early catches up.
 * @param day number of the local day, counted from any fixed day
 */
export function scrapeInterval({ days, drift }: Schedule, hash: number, day: number): number {
  if (days === 0) {
    return 0;
  }
  const sign = Math.floor(day / days) % 2 === 0 ? -1 : 1;
  const minutes = drift === 0 ? 0 : positiveModulo(hash, 2 * drift) - drift;
  return days * DAY + sign * minutes * MINUTE;
}

function positiveModulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** A tracker date that looks like one and is none, in the words of the original. */
export class TrackerDateError extends Error {
  override readonly name = 'TrackerDateError';
}

/**
 * Local time of a tracker such as `2024-01-02 03:04:05` or `2024-01-02T03:04:05.678+01:00`, as milliseconds of a clock
 * without time zone. What stands behind `+` or `.` is dropped, and text of another form counts as the year 1900, so
 * that the agent may go on.
 * @throws TrackerDateError where only the form is that of a date
 */
export function parseTrackerDate(text: string): number {
  const [head = ''] = text.replaceAll('T', ' ').split(/[+.]/, 1);
  const date = head.replace(/Z+$/, '');
  if (!/^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?$/.test(date)) {
    return Date.UTC(1900, 0, 1);
  }
  const time = Date.parse(`${date.replace(' ', 'T')}Z`);
  if (date.length === 10 || Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date.slice(0, 10)) {
    throw new TrackerDateError(`time data '${date}' does not match format '%Y-%m-%d %H:%M:%S'`);
  }
  return time;
}

/**
 * Milliseconds until a project may be scraped again; 0 or less: now.
 * @param clock the local time, as milliseconds of a clock without time zone
 * @throws TrackerDateError
 */
export function remainingTime(schedule: Schedule, project: string, tracker: string, clock: number): number {
  const interval = scrapeInterval(schedule, projectHash(project), Math.floor(clock / DAY));
  return interval - (clock - parseTrackerDate(tracker));
}

/** A duration as Python writes a timedelta: `7 days, 1:25:42.857000`. */
export function formatDuration(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY);
  const rest = milliseconds - days * DAY;
  const [hours, minutes, seconds] = [rest / (60 * MINUTE), (rest / MINUTE) % 60, (rest / 1000) % 60].map(Math.floor);
  const two = (value = 0): string => String(value).padStart(2, '0');
  const fraction = rest % 1000 === 0 ? '' : `.${String(Math.round((rest % 1000) * 1000)).padStart(6, '0')}`;
  const prefix = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
  return `${prefix}${hours}:${two(minutes)}:${two(seconds)}${fraction}`;
}
