/** Levels of the log by the names of Python's `logging`, the least serious first. */
export const logLevels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The same levels by the names of pino. */
export const pinoLevels = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
} as const satisfies Record<LogLevel, string>;

/** A level by its name in any case, undefined where there is no such level. */
export function parseLogLevel(name: string): LogLevel | undefined {
  return logLevels.find((level) => level === name.toUpperCase());
}
