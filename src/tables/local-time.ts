import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';

const day = 86_400;
/** Days whose offset is remembered; a history of odd dates must not fill the memory. */
const rememberedDays = 50_000;
const wallClock = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2}))?$/;

/**
 * Dates of exported tables: wall clock time of a zone, without offset, by the rules of the zone at that date. Offsets
 * are remembered by day, because asking the zone database for each row takes longer than reading the row.
 */
export class LocalTime {
  private readonly ask: WallClock;
  /** Undefined where it changes on that day. */
  private readonly offsets = new Map<number, number | undefined>();
  /** At the start of a day. */
  private readonly starts = new Map<number, number>();
  private readonly dates = new Map<number, string>();

  /** @param zone a name of the IANA database, an unknown one is a RangeError; undefined for the zone of the machine */
  constructor(zone: string | undefined) {
    if (zone === undefined) this.ask = machineOffset;
    else this.ask = zone === 'UTC' ? () => 0 : zoneOffset(zone);
  }

  /** @param seconds since 1970; what no date can hold counts as 1970, as git has it */
  format(seconds: number): string {
    const time = this.isDate(seconds) ? Math.floor(seconds) : 0;
    const local = time + this.offset(time);
    const date = Math.floor(local / day);
    const clock = local - date * day;
    return `${this.date(date)} ${two(clock / 3600)}:${two((clock / 60) % 60)}:${two(clock % 60)}`;
  }

  /**
   * Reads `YYYY-MM-DD`, with or without `HH:MM:SS`, as wall clock time. Of an hour that happens twice it is the first;
   * an hour that is left out is reckoned with the offset after it.
   *
   * @returns seconds since 1970; undefined where the text is no such date
   */
  parse(text: string): number | undefined {
    const wall = wallSeconds(text.trim());
    if (wall === undefined) return undefined;
    const after = wall - this.offset(wall + day);
    const candidates = [wall - this.offset(wall - day), after];
    const fitting = candidates.filter((time) => time + this.offset(time) === wall);
    return fitting.length === 0 ? after : Math.min(...fitting);
  }

  private isDate(seconds: number): boolean {
    return Number.isFinite(seconds) && Math.abs(seconds) < 8.64e12 - 2 * day;
  }

  private date(date: number): string {
    return remembered(this.dates, date, () => {
      const text = new Date(date * day * 1000).toISOString();
      return text.slice(0, -14).replace(/^\+0*/, '');
    });
  }

  /** Seconds that the wall clock is ahead of UTC. */
  private offset(seconds: number): number {
    const date = Math.floor(seconds / day);
    const offset = remembered(this.offsets, date, () => {
      const start = this.startOffset(date);
      return start === this.startOffset(date + 1) ? start : undefined;
    });
    return offset ?? this.ask(seconds);
  }

  private startOffset(date: number): number {
    return remembered(this.starts, date, () => this.ask(date * day));
  }
}

/** Seconds that a clock on the wall is ahead of UTC at a moment, in seconds since 1970. */
type WallClock = (seconds: number) => number;

/** The clock of the machine, which needs no zone database of its own: to open that takes longer than a short history. */
function machineOffset(seconds: number): number {
  const whole = Math.floor(seconds);
  const wall = new Date(whole * 1000);
  const [year, month, date] = [wall.getFullYear(), wall.getMonth(), wall.getDate()];
  return Date.UTC(year, month, date, wall.getHours(), wall.getMinutes(), wall.getSeconds()) / 1000 - whole;
}

const zoned = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

function zoneOffset(zone: string): WallClock {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (seconds) => {
    const whole = Math.floor(seconds);
    const [month = 0, date = 0, year = 0, ...time] =
      zoned
        .exec(clock.format(whole * 1000))
        ?.slice(1)
        .map(Number) ?? [];
    const [hour = 0, minute = 0, second = 0] = time;
    return Date.UTC(year, month - 1, date, hour, minute, second) / 1000 - whole;
  };
}

function remembered<Value>(cache: Map<number, Value>, date: number, find: () => Value): Value {
  const known = cache.get(date);
  if (known !== undefined) return known;
  if (cache.size >= rememberedDays) cache.clear();
  const found = find();
  cache.set(date, found);
  return found;
}

function two(number: number): string {
  return number < 10 ? `0${Math.trunc(number)}` : String(Math.trunc(number));
}

/** Whether a text is `YYYY-MM-DD HH:MM:SS`, and a date of the calendar and a time of the clock. */
export function isMoment(text: string): boolean {
  return text.length === 'YYYY-MM-DD HH:MM:SS'.length && wallSeconds(text) !== undefined;
}

/** Seconds between 1970 and what the clock on the wall shows. */
function wallSeconds(text: string): number | undefined {
  const parts = wallClock.exec(text);
  if (parts === null) return undefined;
  const [year, month, date, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || !isCalendarDate(year, month, date)) return undefined;
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined;
  return Date.UTC(year, month - 1, date, hour, minute, second) / 1000;
}

function isCalendarDate(year: number, month: number, date: number | undefined): boolean {
  const value = new Date(Date.UTC(year, month - 1, date));
  return month >= 1 && value.getUTCMonth() === month - 1 && value.getUTCDate() === date;
}

/**
 * The clock of the variable TZ, else of the machine.
 *
 * @throws {ConfigError} where TZ names no zone of the IANA database
 */
export function localTime(environment: Environment): LocalTime {
  const zone = environment['TZ'];
  if (zone === undefined) return new LocalTime(undefined);
  const name = zone.replace(/^:?(?:\/usr\/share\/zoneinfo\/)?/, '');
  try {
    return new LocalTime(name === '' ? 'UTC' : name);
  } catch {
    throw new ConfigError('TZ', `"${zone}" is no time zone; expected a name such as UTC or Europe/Amsterdam`);
  }
}
