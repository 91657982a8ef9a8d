import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';
import { docker } from './docker.js';

const counted = z.array(z.object({ count: z.int() }));

/** Rows of a table in the embedded database of a controller that has stopped; a copy of the database is made. */
export async function countRows(controller: string, table: string, copy: string): Promise<number> {
  await docker('cp', `${controller}:/home/agent/data/database`, copy);
  const database = await PGlite.create(copy);
  try {
    const { rows } = await database.query(`select count(*)::int as count from gros.${table}`);
    return counted.parse(rows)[0]?.count ?? 0;
  } finally {
    await database.close();
  }
}
