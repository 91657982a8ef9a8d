import { ConfigError } from '../../config/errors.js';
import { LocalTime } from '../../tables/local-time.js';
import type { Moment } from './changes.js';
import type { Myself, ServerInfo } from './schema.js';

/** Contents of the tracker where nothing has been exported yet. */
export const noTracker = '1900-01-01 01:01';

const form = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d)$/;
const hour = 3600;

/** From when on things are exported: what is later than a minute of the clock of the agent. */
export class Since {
  /** Seconds since 1970. */
  readonly #second: number;

  /**
   * @param text `YYYY-MM-DD HH:MM`
   * @param origin what holds it, for the message
   * @throws {ConfigError} where it is no such date
   */
  constructor(
    private readonly text: string,
    time: LocalTime,
    origin: string,
  ) {
    const second = form.test(text) ? time.parse(`${text}:00`) : undefined;
    if (second === undefined) throw new ConfigError(origin, `"${text}" is no moment; expected YYYY-MM-DD HH:MM`);
    this.#second = second;
  }

  isNewer = ({ time }: Moment): boolean => time > this.#second * 1000;

  /**
   * The minute as Jira reads it in a query: by the clock of the user who asks, or by that of the server where it does not
   * say which that is. A minute that comes twice is taken an hour earlier; what that finds too much is not new.
   */
  inQuery(myself: Myself | undefined, server: ServerInfo): string {
    if (this.text === noTracker) return noTracker;
    const zone = zoneOf(myself);
    if (zone === undefined) {
      const local = (this.#second - hour) * 1000 + offsetOf(server.serverTime ?? '');
      return new Date(local).toISOString().slice(0, 16).replace('T', ' ');
    }
    const text = zone.format(this.#second);
    const isFirst = zone.format(this.#second + hour) === text;
    return (isFirst ? zone.format(this.#second - hour) : text).slice(0, 16);
  }
}

/** The tracker of what is exported from now on: by the clock that is behind, so that nothing falls between two runs. */
export function nextTracker(server: ServerInfo, time: LocalTime, now: number): string {
  const serverTime = Date.parse(withColon(server.serverTime ?? ''));
  const moment = Number.isNaN(serverTime) ? now : Math.min(now, serverTime);
  return time.format(Math.floor(moment / 1000)).slice(0, 16);
}

function zoneOf(myself: Myself | undefined): LocalTime | undefined {
  if (typeof myself?.timeZone !== 'string' || myself.timeZone === '') return undefined;
  try {
    return new LocalTime(myself.timeZone);
  } catch {
    return undefined;
  }
}

function withColon(text: string): string {
  return text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
}

function offsetOf(text: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
