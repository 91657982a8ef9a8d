import type { Migration } from './definition.js';

/** Exports lie in a data folder: controllers that have another one leave their imports alone. */
export const places: Migration = {
  number: 3,
  name: 'places of exports',
  statements: ["alter table gros.import_job add column place text not null default ''"],
};
