import { z } from 'zod';
import type { Driver, Queries } from './driver.js';
import { firstRow } from './driver.js';
import { ensureProject } from './projects.js';
import type { ImportedTable, ImportJob } from './store.js';

/** Finished jobs that are listed; open ones are listed all. */
const FINISHED_LISTED = 50;

const Imported = z.object({ table: z.string(), rows: z.int(), added: z.int(), changed: z.int() });

const JobRow = z
  .object({
    id: z.int(),
    project: z.string(),
    agent: z.string(),
    folder: z.string(),
    state: z.enum(['waiting', 'running', 'failed', 'done']),
    message: z.string().nullable(),
    committed: z.boolean(),
    tables: z.array(Imported),
    created: z.date(),
    updated: z.date(),
  })
  .transform(({ message, ...job }): ImportJob => (message === null ? job : { ...job, message }));

const COLUMNS = `import_id as id, name as project, agent_key as agent, folder, state, message, committed, tables,
  created, updated`;

/** A controller and the data folder in which its exports lie. */
export interface Worker {
  readonly owner: string;
  readonly place: string;
}

export async function addJob(
  queries: Queries,
  { place }: Worker,
  { project, agent, folder }: Pick<ImportJob, 'project' | 'agent' | 'folder'>,
): Promise<ImportJob> {
  const id = await ensureProject(queries, project);
  const job = await firstRow(
    queries,
    `with job as (
       insert into gros.import_job (project_id, agent_key, folder, place, state) values ($1, $2, $3, $4, 'waiting')
       returning *
     ) select ${COLUMNS} from job join gros.project using (project_id)`,
    [id, agent, folder, place],
    JobRow,
  );
  return present(job);
}

/**
 * Takes the oldest waiting job of the place whose project has no older one there, and none that runs. Undefined where there is none, or where another
 * controller was faster: the index on running jobs lets one job of a project run.
 */
export async function claimJob(driver: Driver, { owner, place }: Worker): Promise<ImportJob | undefined> {
  try {
    return await firstRow(
      driver,
      `with job as (
         update gros.import_job set state = 'running', owner = $1, updated = now()
         where import_id = (
           select import_id from gros.import_job as oldest
           where state = 'waiting' and place = $2 and not exists (
             select 1 from gros.import_job as earlier
             where earlier.project_id = oldest.project_id and (
               earlier.state = 'running'
               or (earlier.state = 'waiting' and earlier.place = $2 and earlier.import_id < oldest.import_id)
             )
           )
           order by import_id limit 1 for update skip locked
         ) and state = 'waiting' returning *
       ) select ${COLUMNS} from job join gros.project using (project_id)`,
      [owner, place],
      JobRow,
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) {
      return undefined;
    }
    throw error;
  }
}

const UNIQUE_VIOLATION = '23505';

const Owner = z.object({ owner: z.string() });

/** Puts jobs of controllers that died back in the queue; the number of them. */
export async function requeueOrphans(driver: Driver, lockOf: (owner: string) => string): Promise<number> {
  const owners = await driver.rows(
    "select distinct owner from gros.import_job where state = 'running' and owner is not null",
    [],
    Owner,
  );
  let requeued = 0;
  for (const { owner } of owners) {
    if (!(await driver.isLocked(lockOf(owner)))) {
      requeued += await driver.run(
        `update gros.import_job set state = 'waiting', owner = null, updated = now() where import_id in (
           select import_id from gros.import_job where state = 'running' and owner = $1 for update skip locked
         )`,
        [owner],
      );
    }
  }
  return requeued;
}

export async function releaseJob(queries: Queries, id: number, owner: string): Promise<void> {
  await queries.run(
    `update gros.import_job set state = 'waiting', owner = null, updated = now()
     where import_id = $1 and owner = $2 and state = 'running'`,
    [id, owner],
  );
}

const Superseded = z.object({ superseded: z.boolean() });

/**
 * Locks a claimed job for the transaction of its import, so that nobody takes it for an orphan meanwhile.
 * @returns whether a later export of the project is in the database already
 */
export async function lockJob(queries: Queries, id: number, owner: string): Promise<boolean> {
  const row = await firstRow(
    queries,
    `select exists (
       select 1 from gros.import_job as later
       where later.project_id = job.project_id and later.import_id > job.import_id and later.committed
     ) as superseded
     from gros.import_job as job where import_id = $1 and owner = $2 and state = 'running' for update of job`,
    [id, owner],
    Superseded,
  );
  if (row === undefined) {
    throw new Error(`import ${id} is no longer this controller's`);
  }
  return row.superseded;
}

export async function finishJob(
  queries: Queries,
  id: number,
  state: 'failed' | 'done',
  message: string | undefined,
): Promise<void> {
  await queries.run(
    'update gros.import_job set state = $2, message = $3, owner = null, updated = now() where import_id = $1',
    [id, state, message ?? null],
  );
}

/** Records within the import's own transaction that its rows are in, so that a repeat goes on behind them. */
export async function commitJob(queries: Queries, id: number, tables: readonly ImportedTable[]): Promise<void> {
  await queries.run(
    'update gros.import_job set committed = true, tables = $2::jsonb, updated = now() where import_id = $1',
    [id, JSON.stringify(tables)],
  );
}

export function retryJobs(queries: Queries, project: string | undefined): Promise<number> {
  return queries.run(
    `update gros.import_job set state = 'waiting', message = null, updated = now()
     where state = 'failed' and ($1::text is null or project_id = (select project_id from gros.project where name = $1))`,
    [project ?? null],
  );
}

/**
 * Ends failed jobs of the place for good.
 * @param remove takes away the files of one; the job is locked meanwhile, so that nobody has it repeated
 */
export async function discardJobs(
  queries: Queries,
  { place }: Pick<Worker, 'place'>,
  project: string,
  remove: (folder: string) => Promise<void>,
): Promise<number> {
  const failed = await queries.rows(
    `select import_id as id, folder from gros.import_job
     where state = 'failed' and place = $1 and project_id = (select project_id from gros.project where name = $2)
     order by import_id for update`,
    [place, project],
    Discarded,
  );
  for (const { id, folder } of failed) {
    await remove(folder);
    await finishJob(queries, id, 'done', 'discarded by an operator');
  }
  return failed.length;
}

const Discarded = z.object({ id: z.int(), folder: z.string() });

export function listJobs(queries: Pick<Queries, 'rows'>, project: string | undefined): Promise<readonly ImportJob[]> {
  return queries.rows(
    `select ${COLUMNS} from gros.import_job join gros.project using (project_id)
     where ($1::text is null or name = $1) and (state <> 'done' or import_id in (
       select import_id from gros.import_job join gros.project using (project_id)
       where state = 'done' and ($1::text is null or name = $1) order by import_id desc limit ${FINISHED_LISTED}
     )) order by import_id`,
    [project ?? null],
    JobRow,
  );
}

function present(job: ImportJob | undefined): ImportJob {
  if (job === undefined) {
    throw new Error('the database did not give back the job that was added');
  }
  return job;
}
