import { access } from 'node:fs/promises';
import path from 'node:path';
import type { StepContext } from './step-source.js';

/** A file that people provide is not there, or does not hold what it should. Without contents of it: it is logged. */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    readonly file: string,
    message: string,
    cause?: unknown,
  ) {
    super(`${file}: ${message}`, { cause });
  }
}

/**
 * Finds a file that people provide: below the working directory, else among the dropins of the project.
 *
 * @throws {InputError} where it is in neither
 */
export async function findInput(
  name: string,
  { home, dropins }: Pick<StepContext, 'home' | 'dropins'>,
): Promise<string> {
  const places = [path.resolve(home, name), path.resolve(dropins, name)];
  for (const place of places) {
    if (await isThere(place)) return place;
  }
  throw new InputError(name, `there is no such file in ${home} or ${dropins}`);
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
