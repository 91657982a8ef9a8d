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
  private readonly clock: Intl.DateTimeFormat;
  /** Undefined where it changes on that day. */
  private readonly offsets = new Map<number, number | undefined>();
  private readonly dates = new Map<number, string>();

  /** @param zone a name of the IANA database; an unknown one is a RangeError */
  constructor(zone: string) {
    this.clock = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
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
      const start = this.ask(date * day);
      return start === this.ask((date + 1) * day) ? start : undefined;
    });
    return offset ?? this.ask(seconds);
  }

  private ask(seconds: number): number {
    const whole = Math.floor(seconds);
    const fields = new Map(this.clock.formatToParts(whole * 1000).map(({ type, value }) => [type, Number(value)]));
    const field = (type: Intl.DateTimeFormatPartTypes): number => fields.get(type) ?? 0;
    const wall = Date.UTC(
      field('year'),
      field('month') - 1,
      field('day'),
      field('hour'),
      field('minute'),
      field('second'),
    );
    return wall / 1000 - whole;
  }
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
  if (zone === undefined) return new LocalTime(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const name = zone.replace(/^:?(?:\/usr\/share\/zoneinfo\/)?/, '');
  try {
    return new LocalTime(name === '' ? 'UTC' : name);
  } catch {
    throw new ConfigError('TZ', `"${zone}" is no time zone; expected a name such as UTC or Europe/Amsterdam`);
  }
}
