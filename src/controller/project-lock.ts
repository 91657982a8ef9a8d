import type { ControllerStore } from './controller-store.js';
import { RequestError } from './request-error.js';
import { StoreError } from './store/error.js';

const WAIT_MILLISECONDS = 5000;

/** Name of the lock that registrations and exports of a project take turns by. */
export function projectLock(project: string): string {
  return `agent/${project}`;
}

/**
 * Runs an action while no other registration or export of the project does.
 * @param what what could not be locked, as in `Could not lock the agent for updating`
 * @throws RequestError 503 where the lock is not to be had within five seconds
 */
export async function withProjectLock<T extends object>(
  store: ControllerStore,
  project: string,
  what: string,
  action: () => Promise<T>,
): Promise<T> {
  const result = await store.withLock(projectLock(project), WAIT_MILLISECONDS, action).catch((error: unknown) => {
    throw error instanceof StoreError ? new RequestError(503, `Could not lock the ${what}: ${explain(error)}`) : error;
  });
  if (result === undefined) {
    throw new RequestError(503, `Could not lock the ${what}: RuntimeError('Another process has acquired the lock')`);
  }
  return result;
}

/** The reason of a failure for a caller: what the store was doing, and no path of the controller. */
export function explain(error: unknown): string {
  if (error instanceof StoreError) {
    return `could not ${error.doing}`;
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'internal error';
}
