import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ConfigError } from '../config/errors.js';
import type { Logger } from '../log/logger.js';
import type { LocalTime } from '../tables/local-time.js';
import { Statuses, statusRows } from './bigboat.js';
import { isMissing } from './folders.js';
import type { Operator } from './operator.js';

export interface StatusDump {
  readonly project: string;
  /** A line for each time that the dashboard was asked: a JSON array of its statuses. */
  readonly file: string;
  /** URL of the dashboard. */
  readonly source?: string | undefined;
}

export interface ImportedStatuses {
  readonly statuses: number;
  /** Lines that are no statuses, and were left out. */
  readonly malformed: number;
}

/**
 * Adds the statuses of a dump to the database. Those of a moment that it has already are left as they are, so that a dump
 * may be imported again.
 *
 * @throws {ConfigError} where there is no such file
 * @throws Error where the database does not know the project
 */
export async function importStatuses(
  operator: Pick<Operator, 'addStatuses'>,
  { project, file, source }: StatusDump,
  { localTime, log, signal }: { readonly localTime: LocalTime; readonly log: Logger; readonly signal: AbortSignal },
): Promise<ImportedStatuses> {
  let statuses = 0;
  let malformed = 0;
  for await (const { text, number } of linesOf(file)) {
    signal.throwIfAborted();
    const parsed = parseLine(text);
    if (typeof parsed === 'string') {
      log.error(`${file}: line ${number} is left out: ${parsed}`);
      malformed += 1;
    } else if (await operator.addStatuses(project, statusRows(parsed, localTime), source)) {
      statuses += parsed.length;
    } else {
      throw new Error(`The database does not know the project ${project}: register an agent for it first`);
    }
  }
  return { statuses, malformed };
}

/** The statuses of a line, or why there are none. */
function parseLine(text: string): Statuses | string {
  try {
    const { data, error } = Statuses.safeParse(JSON.parse(text));
    if (data !== undefined) return data;
    const [issue] = error?.issues ?? [];
    return `${issue?.path.join('.')}: ${issue?.message}`;
  } catch {
    return 'it is no JSON';
  }
}

interface Line {
  readonly text: string;
  readonly number: number;
}

/** Lines that are not empty. */
async function* linesOf(file: string): AsyncGenerator<Line> {
  const input = createReadStream(file, 'utf8');
  try {
    let number = 0;
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (text.trim() !== '') yield { text, number };
    }
  } catch (error) {
    throw isMissing(error) ? new ConfigError(file, 'there is no such file; --path names another one') : error;
  } finally {
    input.destroy();
  }
}
