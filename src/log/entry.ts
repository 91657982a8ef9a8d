import { type LogLevel, parseLogLevel } from './level.js';
import type { Redactor } from './redactor.js';

/** A message of the log as its sinks receive it: secrets are masked. */
export interface LogEntry {
  readonly level: LogLevel;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly message: string;
  /** What was logged along with the message. An error is `err`, with `type`, `message` and `stack`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Makes an entry of a line of pino's. */
export function readEntry(line: string, redactor: Redactor): LogEntry {
  const { level, time, msg, ...fields }: Readonly<Record<string, unknown>> = JSON.parse(line);
  return {
    level: parseLogLevel(String(level)) ?? 'INFO',
    time: String(time),
    message: redactor.text(String(msg ?? '')),
    fields: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactor.value(value)])),
  };
}

/** An entry as one line of JSON, for programs. */
export function formatJson(entry: LogEntry): string {
  const { level, time, message, fields } = entry;
  return `${JSON.stringify({ ...fields, level, time, msg: message })}\n`;
}

/** An entry as a line for people, in local time: `2026-03-01 12:00:00 WARNING message (key=value)`. */
export function formatText(entry: LogEntry): string {
  const { err, error, ...others } = entry.fields;
  const details = Object.entries(others).map(([key, value]) => `${key}=${textOf(value)}`);
  const suffix = details.length > 0 ? ` (${details.join(', ')})` : '';
  const stack = err ?? error;
  return `${localTime(entry.time)} ${entry.level} ${entry.message}${suffix}\n${stack === undefined ? '' : stackOf(stack)}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? error.stack : error;
  return `${textOf(stack)}\n`.replace(/^/gm, '  ').trimEnd().concat('\n');
}

function localTime(time: string): string {
  const date = new Date(time);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `${day.map(twoDigits).join('-')} ${clock.map(twoDigits).join(':')}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
