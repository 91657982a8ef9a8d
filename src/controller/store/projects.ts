import bcrypt from 'bcryptjs';
import { z } from 'zod';
import type { Driver, Queries } from './driver.js';
import { firstRow } from './driver.js';
import type { Salts } from './store.js';

/** `project_id` of the salts that belong to no project. */
const GLOBAL = 0;

const ProjectId = z.object({ id: z.int() });
const SaltPair = z.object({ salt: z.string(), pepper: z.string() });

export async function findProject(queries: Pick<Queries, 'rows'>, key: string): Promise<number | undefined> {
  const row = await firstRow(queries, 'select project_id as id from gros.project where name = $1', [key], ProjectId);
  return row?.id;
}

export async function ensureProject(queries: Queries, key: string): Promise<number> {
  const known = await findProject(queries, key);
  if (known !== undefined) {
    return known;
  }
  await queries.run('insert into gros.project (name) values ($1) on conflict (name) do nothing', [key]);
  const made = await findProject(queries, key);
  if (made === undefined) {
    throw new Error(`project ${key} was removed while it was being added`);
  }
  return made;
}

/** Salts are the text of bcrypt salts, 29 characters, made once and never changed: pseudonyms depend on them. */
export async function salts(driver: Driver, project: string | undefined): Promise<Salts> {
  const present = await findSalts(driver.reading, project);
  return present ?? driver.transaction((queries) => makeSalts(queries, project));
}

/** The same pair where it was made already. */
export async function findSalts(
  queries: Pick<Queries, 'rows'>,
  project: string | undefined,
): Promise<Salts | undefined> {
  const id = project === undefined ? GLOBAL : await findProject(queries, project);
  return id === undefined ? undefined : saltsOf(queries, id);
}

function saltsOf(queries: Pick<Queries, 'rows'>, id: number): Promise<Salts | undefined> {
  return firstRow(queries, 'select salt, pepper from gros.project_salt where project_id = $1', [id], SaltPair);
}

async function makeSalts(queries: Queries, project: string | undefined): Promise<Salts> {
  const id = project === undefined ? GLOBAL : await ensureProject(queries, project);
  await queries.run(
    'insert into gros.project_salt (project_id, salt, pepper) values ($1, $2, $3) on conflict (project_id) do nothing',
    [id, bcrypt.genSaltSync(12), bcrypt.genSaltSync(12)],
  );
  const made = await saltsOf(queries, id);
  if (made === undefined) {
    throw new Error('the salts were removed while they were being added');
  }
  return made;
}
