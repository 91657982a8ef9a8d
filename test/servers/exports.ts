import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Row } from '../../src/tables/row.js';

/** Files of an export by name; strings are written as they are, anything else as JSON. */
export type ExportFiles = Readonly<Record<string, unknown>>;

export async function writeExport(dataFolder: string, folder: string, files: ExportFiles): Promise<string> {
  const path = join(dataFolder, folder);
  await mkdir(path, { recursive: true });
  for (const [name, contents] of Object.entries(files)) {
    await writeFile(join(path, name), typeof contents === 'string' ? contents : JSON.stringify(contents, null, 4));
  }
  return folder;
}

/** Commits of a repository as an agent exports them, with changed paths and tags; the same ones for the same numbers. */
export function exportOf(repository: string, from: number, to: number): Record<string, unknown> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  const version = (number: number): string => createHash('sha1').update(`${repository} ${number}`).digest('hex');
  const commits = numbers.map((number) => commit(repository, version(number), number));
  const paths = numbers.flatMap((number) =>
    [0, 1].map((path) => changedPath(repository, version(number), `src/${number}-${path}.ts`)),
  );
  const tags = numbers.filter((number) => number % 10 === 0).map((number) => tag(repository, version(number), number));
  return {
    'data_vcs_versions.json': commits,
    'data_change_path.json': paths,
    'data_tag.json': tags,
    'latest_vcs_versions.json': { [repository]: version(to - 1) },
    'preflight_date.txt': '2024-01-01T00:00:00.000001+00:00',
  };
}

function commit(repo_name: string, version_id: string, number: number): Row {
  const date = new Date(Date.UTC(2020, 0, 1) + number * 3_600_000).toISOString().replace('T', ' ').slice(0, 19);
  return {
    repo_name,
    version_id,
    sprint_id: '0',
    message: `Change ${number}: "é" \\ \n😀`,
    type: 'commit',
    developer: 'Jan',
    developer_username: 'jan',
    developer_email: 'jan@example.org',
    commit_date: date,
    author_date: number % 7 === 0 ? '0' : date,
    branch: '0',
    insertions: String(number),
    deletions: '0',
    number_of_files: '2',
    number_of_lines: String(number),
    size: '300',
    encrypted: '0',
  };
}

function changedPath(repo_name: string, version_id: string, file: string): Row {
  return { repo_name, version_id, file, change_type: 'M', insertions: '1', deletions: '2', size: '3' };
}

function tag(repo_name: string, version_id: string, number: number): Row {
  const names = { tagger: 'Jan', tagger_email: 'jan@example.org', encrypted: '0' };
  return { repo_name, tag_name: `v${number}`, version_id, message: '', tagged_date: '2024-01-01 00:00:00', ...names };
}

/** Rows of tables as text, in the order of their keys, by a connection of one's own. */
export async function dump(place: { dataFolder: string; databaseUrl?: string }, tables: readonly string[]) {
  const rows: Record<string, unknown> = {};
  const query = await connect(place);
  for (const table of tables) {
    const order = table === 'update_tracker' ? 'filename' : 'row_key';
    const columns = table === 'update_tracker' ? 'project_id, filename, contents' : '*';
    rows[table] = await query.ask(`select ${columns} from gros.${table} order by project_id, ${order}`);
  }
  await query.close();
  return rows;
}

/** A connection to the database of a closed store. */
export async function connect({ dataFolder, databaseUrl }: { dataFolder: string; databaseUrl?: string }) {
  if (databaseUrl !== undefined) {
    const [, database, host] = /@\/(.*)\?host=(.*)$/.exec(databaseUrl) ?? [];
    const client = new pg.Client({ user: 'test', database, host: decodeURIComponent(host ?? '') });
    await client.connect();
    return {
      ask: async (sql: string, values: readonly unknown[] = []): Promise<readonly unknown[]> =>
        (await client.query(sql, [...values])).rows,
      close: () => client.end(),
    };
  }
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create(join(dataFolder, 'database'));
  return {
    ask: async (sql: string, values: readonly unknown[] = []): Promise<readonly unknown[]> =>
      (await database.query(sql, [...values])).rows,
    close: () => database.close(),
  };
}
