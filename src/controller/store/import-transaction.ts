import type { Queries } from './driver.js';
import type { ImportedTableSchema } from './imported-tables.js';
import { commitJob, lockJob } from './jobs.js';
import { ensureProject } from './projects.js';
import { writeRows } from './row-writer.js';
import type { ImportedTable, ImportJob, ImportTransaction } from './store.js';
import { saveDocument, saveTracker } from './trackers.js';

/** Runs the action of an import within a transaction that the caller commits or rolls back. */
export async function runImport(
  queries: Queries,
  schemas: ReadonlyMap<string, ImportedTableSchema>,
  { job, owner }: { readonly job: ImportJob; readonly owner: string },
  action: (transaction: ImportTransaction) => Promise<readonly ImportedTable[]>,
): Promise<void> {
  const superseded = await lockJob(queries, job.id, owner);
  const projectId = await ensureProject(queries, job.project);
  const tables = await action({
    superseded,
    async writeRows(table, rows) {
      const schema = schemas.get(table.name);
      if (schema === undefined) {
        throw new Error(`table ${table.name} is not one of the store's`);
      }
      return writeRows(queries, projectId, schema, rows, superseded ? 'keep' : 'replace');
    },
    saveTracker: (tracker) => saveTracker(queries, job.project, tracker),
    saveDocument: (document) => saveDocument(queries, job.project, document),
  });
  await commitJob(queries, job.id, tables);
}
