import { z } from 'zod';
import type { LogEntry } from '../log/entry.js';

const errorSchema = z.object({ type: z.string().default('Error'), message: z.string() });

/** Class and message of the error that was logged along with the message, undefined where there was none. */
export function errorText(entry: LogEntry): string | undefined {
  const { data } = errorSchema.safeParse(entry.fields['err']);
  return data === undefined ? undefined : `${data.type}: ${data.message}`;
}

/** `YYYY-MM-DD HH:MM:SS,mmm` in local time, as log records have it on the wire. */
export function logTime(time: string): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const clock = [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':');
  return `${day} ${clock},${String(date.getMilliseconds()).padStart(3, '0')}`;
}
