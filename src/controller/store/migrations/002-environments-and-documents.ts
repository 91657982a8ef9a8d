import type { Migration } from './definition.js';

/** Where BigBoat instances are kept, and what agents export that is neither table nor update tracker. */
export const environmentsAndDocuments: Migration = {
  number: 2,
  name: 'environments and documents',
  statements: [
    `create table gros.source_environment (
      project_id integer not null references gros.project,
      source_type text not null,
      url text not null,
      environment text not null,
      version text not null default '',
      primary key (project_id, environment)
    )`,
    `create table gros.exported_document (
      project_id integer not null references gros.project,
      filename text not null,
      contents text not null,
      update_date timestamptz not null,
      primary key (project_id, filename)
    )`,
  ],
};
