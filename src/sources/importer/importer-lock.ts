import path from 'node:path';
import { type Lock, waitForLock } from '../../config/lock-file.js';
import type { Logger } from '../../log/logger.js';

export interface ImporterUse {
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Nobody could replace an importer in such a folder, or there is none. */
const noLock: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'ENOENT'];

/**
 * Does something with the importer in a folder while nobody else runs or replaces it, and waits for whoever does: Java
 * opens libraries when it needs them, and must not find those of another build.
 */
export async function withImporter<T>(base: string, use: ImporterUse, action: () => Promise<T>): Promise<T> {
  const lock = await lockOf(base, use);
  try {
    return await action();
  } finally {
    await lock?.release();
  }
}

async function lockOf(base: string, { log, signal }: ImporterUse): Promise<Lock | undefined> {
  const guarded = { what: 'the importer', remedy: 'it is waited for' };
  try {
    const file = path.join(base, '.importer.lock');
    return await waitForLock(file, guarded, { signal, onWait: (reason) => log.info(reason) });
  } catch (error) {
    if (error instanceof Error && 'code' in error && noLock.includes(error.code)) return undefined;
    throw error;
  }
}
