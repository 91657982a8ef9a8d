import type { GitCommand } from '../../git/run.js';

/** A clone, and what git commands on it are run with. */
export type GitContext = Pick<GitCommand, 'environment' | 'signal'> & { readonly gitFolder: string };
