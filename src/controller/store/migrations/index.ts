import { controller } from './001-controller.js';
import { environmentsAndDocuments } from './002-environments-and-documents.js';
import { places } from './003-places.js';
import type { Migration } from './definition.js';

/** All migrations in order; a new one is added at the end. */
export const migrations: readonly Migration[] = [controller, environmentsAndDocuments, places];
