import type { Row } from '../../tables/row.js';
import type { Queries } from './driver.js';
import { findProject } from './projects.js';

/**
 * Adds measurements; those of a moment that is known already are left as they are.
 * @param rows with `name`, `checked_time` (local time), `ok` (`1` or `0`, `true` or `false`), `value` and `max`
 * @param source URL of the instance, added to the environments of the project
 * @throws Error where the project is not known to the database
 */
export async function insertBigboatStatus(
  queries: Queries,
  project: string,
  rows: readonly Row[],
  source?: string,
): Promise<void> {
  const id = await findProject(queries, project);
  if (id === undefined) {
    throw new Error(`project ${project} is not in the database`);
  }
  if (source !== undefined) {
    await addSource(queries, id, source);
  }
  const column = (name: string): (string | null)[] => rows.map((row) => String(row[name] ?? '') || null);
  await queries.run(
    `insert into gros.bigboat_status (project_id, name, checked_date, ok, value, max)
     select $1, name, checked_date::timestamp, ok::boolean, value::double precision, max::double precision
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as row (name, checked_date, ok, value, max)
     on conflict do nothing`,
    [id, column('name'), column('checked_time'), column('ok'), column('value'), column('max')],
  );
}

async function addSource(queries: Queries, projectId: number, url: string): Promise<void> {
  await queries.run(
    `insert into gros.source_environment (project_id, source_type, url, environment)
     values ($1, 'bigboat', $2, $2) on conflict do nothing`,
    [projectId, url],
  );
}
