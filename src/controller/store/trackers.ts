import { z } from 'zod';
import type { Driver, Queries } from './driver.js';
import { ensureProject } from './projects.js';
import type { Tracker } from './store.js';

const TrackerRow = z.object({ file: z.string(), contents: z.string(), updated: z.date() });

export function trackers(driver: Driver, project: string): Promise<readonly Tracker[]> {
  return driver.reading.rows(
    `select filename as file, contents, update_date as updated
     from gros.update_tracker join gros.project using (project_id) where name = $1 order by filename`,
    [project],
    TrackerRow,
  );
}

export function saveTracker(queries: Queries, project: string, tracker: Tracker): Promise<void> {
  return saveFile(queries, 'update_tracker', project, tracker);
}

/** Keeps a file that describes the project, as it was exported. */
export function saveDocument(queries: Queries, project: string, document: Tracker): Promise<void> {
  return saveFile(queries, 'exported_document', project, document);
}

async function saveFile(
  queries: Queries,
  table: 'update_tracker' | 'exported_document',
  project: string,
  tracker: Tracker,
): Promise<void> {
  await queries.run(
    `insert into gros.${table} (project_id, filename, contents, update_date) values ($1, $2, $3, $4)
     on conflict (project_id, filename) do update set contents = excluded.contents, update_date = excluded.update_date`,
    [await ensureProject(queries, project), tracker.file, tracker.contents, tracker.updated.toISOString()],
  );
}
