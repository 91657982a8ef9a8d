import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Settings } from '../config/settings.js';
import type { LocalTime } from '../tables/local-time.js';
import { networkPart } from './admission.js';
import { folderPart } from './agent-folders.js';
import type { ControllerStore } from './controller-store.js';
import { type Folders, isMissing } from './folders.js';
import { projectLock } from './project-lock.js';
import { formatDuration, remainingTime, type Schedule, TrackerDateError } from './schedule.js';
import type { StatusPart } from './status-part.js';
import { StoreError } from './store/error.js';

const TRACKER = 'preflight_date.txt';
const MAX_ENVIRONMENT_BYTES = 64 * 1024;

/** The parts of the answer, in the order in which they are checked and shown. */
export const statusParts = [
  'database',
  'tracker',
  'permissions',
  'lock',
  'importer',
  'daemon',
  'network',
  'configuration',
  'total',
] as const;

export type Status = Readonly<Record<(typeof statusParts)[number], StatusPart>>;

export interface StatusContext {
  readonly store: ControllerStore;
  readonly settings: Settings;
  readonly folders: Folders;
  readonly localTime: LocalTime;
  /** Holds the environment that agents are given. */
  readonly environmentFile: string;
  /** Names of the parts of this process that do not work now, such as `ssh`. */
  readonly stopped: () => readonly string[];
}

/** Whether an agent may scrape a project now, and the environment for it where it may. */
export async function controllerStatus(
  context: StatusContext,
  project: string,
  agent: string,
  address: string,
): Promise<Status> {
  const parts = {
    database: await fromStore(() => databasePart(context.store, project)),
    tracker: await fromStore(() => trackerPart(context, project), trackerUnreadable),
    permissions: await fromStore(() => permissionsPart(context, project, agent)),
    lock: await fromStore(() => lockPart(context.store, project)),
    importer: await fromStore(() => importerPart(context, project)),
    daemon: daemonPart(context),
    network: networkPart(context.settings, project, address),
  };
  const configuration = await configurationPart(context.environmentFile, allOk(Object.values(parts)));
  const ok = allOk([...Object.values(parts), configuration]);
  return { ...parts, configuration, total: { ok, message: ok ? 'Everything OK' : 'Some parts are not OK' } };
}

function allOk(parts: readonly StatusPart[]): boolean {
  return parts.every((part) => part.ok);
}

async function fromStore(
  check: () => Promise<StatusPart>,
  failed = (message: string): StatusPart => ({ ok: false, message }),
): Promise<StatusPart> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof StoreError) {
      return failed(`Could not ${error.doing}`);
    }
    throw error;
  }
}

async function databasePart(store: ControllerStore, project: string): Promise<StatusPart> {
  return (await store.findProject(project)) === undefined
    ? { ok: false, message: 'Project is not yet registered in the database' }
    : { ok: true };
}

/** The schedule does not hold an agent back where nobody knows when it scraped: the database part does that. */
function trackerUnreadable(message: string): StatusPart {
  return { ok: true, message: `Could not access update tracker from database: ${message}` };
}

async function trackerPart({ store, settings, localTime }: StatusContext, project: string): Promise<StatusPart> {
  const tracker = (await store.trackers(project)).find(({ file }) => file === TRACKER);
  if (tracker === undefined) {
    return { ok: true, message: `No update tracker ${TRACKER} found` };
  }
  const now = Date.now();
  const clock = Date.parse(`${localTime.format(Math.floor(now / 1000)).replace(' ', 'T')}Z`) + (now % 1000);
  try {
    const remaining = remainingTime(readSchedule(settings), project, tracker.contents, clock);
    return remaining <= 0
      ? { ok: true }
      : { ok: false, message: `Next scheduled gather moment is in ${formatDuration(remaining)}` };
  } catch (error) {
    if (error instanceof TrackerDateError) {
      return { ok: true, message: `Update tracker ${TRACKER} is unparseable: ${error.message}` };
    }
    throw error;
  }
}

const Count = z.coerce.number().int().nonnegative();

/** `[schedule]`; what is not set there is 0: no schedule, no drift. */
function readSchedule(settings: Settings): Schedule {
  const read = (option: string): number => Count.parse(settings.get('schedule', option) ?? 0);
  return { days: read('days'), drift: read('drift') };
}

async function permissionsPart(context: StatusContext, project: string, agent: string): Promise<StatusPart> {
  if ((await context.store.findAgent(agent)) === undefined) {
    return { ok: false, message: 'SSH identity was not properly stored' };
  }
  return folderPart(context.folders, agent, project);
}

async function lockPart(store: ControllerStore, project: string): Promise<StatusPart> {
  return (await store.isLocked(projectLock(project)))
    ? { ok: false, message: 'Another process has acquired the agent lock' }
    : { ok: true };
}

/**
 * An agent waits for the import of its own project, whose trackers it needs; that of another is nothing to it, or the
 * second project of an agent could never be scraped right after the first. A failed import holds nobody back: its
 * trackers were not handed back, so that its rows come again.
 */
async function importerPart({ store }: StatusContext, project: string): Promise<StatusPart> {
  const jobs = await store.imports(project);
  if (jobs.some(({ state }) => state === 'waiting' || state === 'running')) {
    return { ok: false, message: 'An import process is currently running' };
  }
  const failed = jobs.filter(({ state }) => state === 'failed');
  const last = failed.at(-1);
  return last === undefined
    ? { ok: true }
    : { ok: true, message: `Failed imports: ${failed.length}, of which the last: ${last.message ?? 'no message'}` };
}

function daemonPart({ stopped }: StatusContext): StatusPart {
  const missing = stopped();
  return missing.length === 0
    ? { ok: true, message: 'All daemons are located' }
    : { ok: false, message: `Missing daemons: ${missing.join(', ')}` };
}

async function configurationPart(file: string, othersOk: boolean): Promise<StatusPart> {
  const contents = await readEnvironment(file);
  if (contents === undefined) {
    return { ok: false, message: 'Agent environment configuration is missing' };
  }
  return othersOk ? { ok: true, contents } : { ok: false, message: 'Cannot look up environment due to other problems' };
}

async function readEnvironment(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAX_ENVIRONMENT_BYTES), 0, MAX_ENVIRONMENT_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}
