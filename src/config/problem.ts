import { ConfigError } from './errors.js';

/** Something that `gatherer config check` found. */
export interface Problem {
  /** An error stops something from working; a warning says what may not be meant. */
  readonly severity: 'error' | 'warning';
  /** `file`, `file:line`, or the name of a variable. */
  readonly place: string;
  readonly message: string;
}

export function error(place: string, message: string): Problem {
  return { severity: 'error', place, message };
}

export function warning(place: string, message: string): Problem {
  return { severity: 'warning', place, message };
}

/** The problem that an action runs into, if any; other errors than those of the configuration are thrown on. */
export function problemsOf(action: () => unknown): readonly Problem[] {
  try {
    action();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return [error(thrown.file, thrown.message.slice(thrown.file.length + 2))];
  }
}
