import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileExists } from '../agent/context.js';
import type { Logger } from '../log/logger.js';
import { findTable } from '../tables/index.js';

export interface DropinPlace {
  /** `dropins/<PROJECT>` */
  readonly dropins: string;
  /** `export/<PROJECT>` */
  readonly folder: string;
  readonly log: Logger;
}

/** Files of a step. */
export interface DropinFiles {
  readonly data: readonly string[];
  readonly trackers: readonly string[];
  /** Copies data even where the trackers say that they are in the database. */
  readonly always: boolean;
}

/**
 * Puts dropins of a step in the place of what it would gather. Their trackers tell whether they were imported before:
 * then there is nothing new, which is an empty table.
 *
 * @returns whether that is all that the step would give, so that it need not run
 */
export async function placeDropins(place: DropinPlace, { data, trackers, always }: DropinFiles): Promise<boolean> {
  if (data.length === 0) return false;
  const found = await Promise.all(trackers.map((file) => placeTracker(place, file)));
  const isImported = trackers.length > 0 && found.every((state) => state === 'same') && !always;
  const placed = await Promise.all(data.map((file) => placeData(place, file, isImported)));
  return placed.every((done) => done) && !found.includes('local only');
}

/** What became of the tracker of a dropin. */
type TrackerState = 'same' | 'copied' | 'local only' | 'none';

async function placeTracker({ dropins, folder, log }: DropinPlace, file: string): Promise<TrackerState> {
  const [ours, theirs] = await Promise.all([contentsOf(join(folder, file)), contentsOf(join(dropins, file))]);
  if (theirs === undefined) return ours === undefined ? 'none' : 'local only';
  if (ours?.equals(theirs) === true) return 'same';
  log.info(`${file} is taken from the dropins`);
  await copyFile(join(dropins, file), join(folder, file));
  return 'copied';
}

/** @returns whether there is a dropin of that name */
async function placeData({ dropins, folder, log }: DropinPlace, file: string, isImported: boolean): Promise<boolean> {
  const dropin = join(dropins, file);
  if (!(await fileExists(dropin))) return false;
  if (isImported && findTable(file) !== undefined) {
    log.info(`${file} of the dropins was imported before`);
    await writeFile(join(folder, file), '[]');
  } else {
    log.info(`${file} is taken from the dropins`);
    await copyFile(dropin, join(folder, file));
  }
  return true;
}

async function contentsOf(file: string): Promise<Buffer | undefined> {
  return (await fileExists(file)) ? readFile(file) : undefined;
}
