import { controller } from './001-controller.js';
import type { Migration } from './definition.js';

/** All migrations in order; a new one is added at the end. */
export const migrations: readonly Migration[] = [controller];
