import { readInfo } from '../../svn/info.js';
import { listFolder } from '../../svn/list.js';
import { SvnError } from '../../svn/run.js';
import { changePath, tag, vcsVersions } from '../../tables/catalogue/vcs.js';
import type { TableRow } from '../../tables/definition.js';
import { resolveLocation } from '../location.js';
import { latestVersionsFile, type RepositoryContext, type RepositorySource } from '../repository.js';
import type { Trunk } from './compare.js';
import { openConnection } from './connection.js';
import { explain, isMissing } from './errors.js';
import { readSubversionOptions, type SubversionOptions } from './options.js';
import { type Revision, readRevisions } from './read-revisions.js';
import { changeRow, type RowContext, tagRow, versionRow } from './rows.js';

/** Revisions between two notes of progress. */
const noted = 100;

/** Subversion repositories: the trunk of a project, and its tags. */
export const subversionSource: RepositorySource = {
  types: ['subversion'],
  tables: [vcsVersions, changePath, tag],
  trackers: [latestVersionsFile],
  async *gather(context, since) {
    const location = resolveLocation(context.entry.url, context);
    const options = readSubversionOptions(location, context.time, context.credentials.file);
    const connection = await openConnection(location, context);
    try {
      const asked = readInfo(connection, `${connection.url}/trunk`);
      const { url, youngest } = await asked.catch((error: unknown) => {
        throw explain(error, location, context.credentials.file);
      });
      const trunk: Trunk = { connection, url, youngest, log: context.log };
      const from = firstRevision(youngest, since[latestVersionsFile], options, context.force);
      yield* readRows(trunk, from === undefined ? withEarliest(options, context) : options, from ?? 1, context);
      return { [latestVersionsFile]: youngest };
    } finally {
      await connection.close();
    }
  },
};

/**
 * The first revision that is exported. Agents have always begun with the one that was the youngest the last time.
 *
 * @returns undefined for the beginning
 * @throws Error where the repository cannot be the one that was exported, but for `--force`
 */
function firstRevision(
  youngest: number,
  since: string | undefined,
  options: SubversionOptions,
  force: boolean,
): number | undefined {
  if (since === undefined) return undefined;
  const latest = Number(since);
  if (!/^\d+$/.test(since) || latest > youngest) {
    if (force) return undefined;
    const reason = `its youngest revision is ${youngest}, but ${since} was exported: it is another repository`;
    throw new Error(`${reason}; --force exports it from the beginning`);
  }
  return options.corrections ? latest + 1 : Math.max(1, latest);
}

/** Where all revisions are gathered, those before the earliest moment are left out. */
function withEarliest(options: SubversionOptions, { earliest }: RepositoryContext): SubversionOptions {
  if (earliest === undefined) return options;
  return { ...options, fromDate: Math.max(earliest, options.fromDate ?? earliest) };
}

async function* readRows(
  trunk: Trunk,
  options: SubversionOptions,
  from: number,
  context: RepositoryContext,
): AsyncGenerator<TableRow> {
  const rowContext = { repository: context.entry.name, sprints: context.sprints, time: context.time };
  let count = 0;
  for await (const revision of readRevisions(trunk, options, from)) {
    count += 1;
    if (count % noted === 0)
      context.onProgress(`Comparing revisions: r${revision.entry.revision} of ${trunk.youngest}`);
    yield* revisionRows(revision, rowContext);
  }
  yield* readTags(trunk, rowContext);
}

function* revisionRows({ entry, difference, types }: Revision, context: RowContext): Generator<TableRow> {
  yield { table: vcsVersions, row: versionRow(entry, difference, context) };
  for (const file of difference?.files ?? []) {
    const type = file.type ?? types?.get(file.path) ?? 'M';
    yield { table: changePath, row: changeRow(entry.revision, file, type, context) };
  }
}

/** All that is in `tags`, in every run. A project need not have any. */
async function* readTags({ connection, url, youngest, log }: Trunk, context: RowContext): AsyncGenerator<TableRow> {
  const folder = url.replace(/\/trunk$/, '/tags');
  try {
    for (const entry of await listFolder(connection, folder, youngest)) {
      yield { table: tag, row: tagRow(entry, context) };
    }
  } catch (error) {
    if (!(error instanceof SvnError) || !isMissing(error)) throw error;
    log.info(`${context.repository}: there is no folder of tags`);
  }
}
