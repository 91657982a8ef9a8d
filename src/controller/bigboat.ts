import { z } from 'zod';
import type { Logger } from '../log/logger.js';
import type { LocalTime } from '../tables/local-time.js';
import type { Row } from '../tables/row.js';
import { appendRecord } from './agent-logs.js';
import type { ControllerStore } from './controller-store.js';
import type { Folders } from './folders.js';
import { RequestError } from './request-error.js';
import { StoreError } from './store/error.js';

/** Among the logs of a project, statuses that the database could not take: a line of JSON for each request. */
export const statusFile = 'data_status.json';
const MAX_STATUSES = 1000;

const Measure = z.number().nullish();
const Flag = z.union([z.boolean(), z.literal([0, 1]), z.enum(['0', '1'])]).transform(Number);

const UTC_TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})$/;

/** One item of the dashboard as `bigboat-to-json` sends it (schema bigboat/status.json). Times are UTC. */
const Item = z.object({
  name: z.string(),
  checked_time: z
    .string()
    .regex(UTC_TIME)
    .refine((text) => !Number.isNaN(utcSeconds(text)), 'is no date'),
  ok: Flag,
  value: Measure,
  max: Measure,
});

/** Statuses of the items of a dashboard at some moment. */
export const Statuses = z.array(Item).max(MAX_STATUSES);
export type Statuses = z.infer<typeof Statuses>;

export interface BigboatContext {
  readonly store: ControllerStore;
  readonly folders: Folders;
  readonly localTime: LocalTime;
  readonly log: Logger;
}

/**
 * Adds statuses to the database, or, where that is away, to a file among the logs of the project for a later import.
 * @param source URL of the dashboard
 * @throws RequestError 404 where the project is not known to the database
 */
export async function receiveStatuses(
  { store, folders, localTime, log }: BigboatContext,
  project: string,
  statuses: Statuses,
  source: string | undefined,
): Promise<void> {
  try {
    if ((await store.findProject(project)) === undefined) {
      throw new RequestError(404, 'Project is not yet registered in the database');
    }
    await store.insertBigboatStatus(project, statusRows(statuses, localTime), source);
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    log.error({ err: error, project }, 'Could not store statuses of BigBoat; they are kept in a file');
    await appendRecord(folders, project, statusFile, statuses.map(toRecord));
  }
}

/** Rows of `bigboat_status`. */
export function statusRows(statuses: Statuses, localTime: LocalTime): readonly Row[] {
  return statuses.map((status) => toRow(status, localTime));
}

function toRow({ name, checked_time, ok, value, max }: Statuses[number], localTime: LocalTime): Row {
  return {
    name,
    checked_time: localTime.format(utcSeconds(checked_time)),
    ok: String(ok),
    value: value == null ? '' : String(value),
    max: max == null ? '' : String(max),
  };
}

function toRecord({ ok, value, max, ...status }: Statuses[number]) {
  return { ...status, ok: ok === 1, value: value ?? null, max: max ?? null };
}

function utcSeconds(text: string): number {
  return Date.parse(text.replace(UTC_TIME, '$1T$2Z')) / 1000;
}
