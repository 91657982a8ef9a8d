import pino, { type Logger as PinoLogger } from 'pino';
import { formatJson, formatText, type LogEntry, readEntry } from './entry.js';
import { type LogLevel, logLevels, pinoLevels } from './level.js';
import type { Redactor } from './redactor.js';

/** The logger that is handed down everywhere; created once by the command line. */
export type Logger = PinoLogger;

/** Takes entries of the log, secrets masked. It must not throw, and must not log. */
export type LogSink = (entry: LogEntry) => void;

/** A logger whose entries a sink receives too. */
export interface Tee {
  readonly logger: Logger;
  /** The sink receives nothing more. */
  stop(): void;
}

/** The log of a run. */
export interface Log {
  readonly logger: Logger;
  /** A child of the logger (by default of the log's own) that also hands the entries of a level and worse to the sink. */
  tee(level: LogLevel, sink: LogSink, logger?: Logger): Tee;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Lines for people, in place of JSON. */
  readonly terminal: boolean;
  readonly redactor: Redactor;
  /** Where the lines go; standard error by default. */
  readonly write?: (line: string) => void;
}

const markPrefix = '@tee';
const labels = Object.fromEntries(logLevels.map((level) => [pinoLevels[level], level]));

/** Makes the log of a run. Whatever it writes has passed the redactor. */
export function createLog(options: LogOptions): Log {
  const write = options.write ?? standardError();
  const format = options.terminal ? formatText : formatJson;
  const tees = new Map<string, { readonly severity: number; readonly sink: LogSink }>();
  let teeCount = 0;
  const logger = pino(
    {
      level: pinoLevels[options.level],
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: labels[label] ?? label }) },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    {
      write: (line) => {
        const { entry, marks } = splitMarks(readEntry(line, options.redactor));
        write(format(entry));
        for (const mark of marks) {
          const tee = tees.get(mark);
          if (tee !== undefined && logLevels.indexOf(entry.level) >= tee.severity) tee.sink(entry);
        }
      },
    },
  );
  return {
    logger,
    tee: (level, sink, parent = logger) => {
      const mark = `${markPrefix}${++teeCount}`;
      tees.set(mark, { severity: logLevels.indexOf(level), sink });
      return { logger: parent.child({ [mark]: true }), stop: () => tees.delete(mark) };
    },
  };
}

/** Takes the marks that tees have left on their loggers out of an entry. */
function splitMarks(entry: LogEntry): { readonly entry: LogEntry; readonly marks: readonly string[] } {
  const marks = Object.keys(entry.fields).filter((key) => key.startsWith(markPrefix));
  if (marks.length === 0) return { entry, marks };
  const fields = Object.entries(entry.fields).filter(([key]) => !key.startsWith(markPrefix));
  return { entry: { ...entry, fields: Object.fromEntries(fields) }, marks };
}

function standardError(): (line: string) => void {
  const destination = pino.destination({ fd: 2, sync: true });
  return (line) => destination.write(line);
}
