import type { Commit } from '../../git/history.js';
import { readHistory } from '../../git/read-history.js';
import { changePath, tag as tagTable, vcsVersions } from '../../tables/catalogue/vcs.js';
import type { TableRow, TableRows } from '../../tables/definition.js';
import type { RepositoryContext } from '../repository.js';
import type { Target } from './prepare.js';
import { changeRow, type RowContext, tagRow, versionRow } from './rows.js';
import { readTags } from './tag.js';

/** Commits between two notes of progress. */
const noted = 1_000;
/** Rows that are passed on at once: few enough that the rows of a commit of everything there is are never all there. */
const block = 512;

/** The rows of the new commits, and of all tags. */
export async function* readRows(target: Target, context: RepositoryContext): AsyncGenerator<TableRows> {
  const rowContext = { repository: context.entry.name, sprints: context.sprints, time: context.time };
  if (target.range.revisions.length > 0) yield* readCommits(target, context, rowContext);
  const { tags } = await target.references;
  for await (const tag of readTags(target.git, tags, context.log)) {
    yield { table: tagTable, row: tagRow(tag, rowContext) };
  }
}

async function* readCommits(
  { git, range, tip, options }: Target,
  { log, onProgress, earliest }: RepositoryContext,
  rowContext: RowContext,
): AsyncGenerator<TableRows> {
  const history = readHistory({
    ...{ ...git, revisions: range.revisions, tip, statistics: options.statistics, log },
    ...(earliest === undefined || !range.isWhole ? {} : { committedSince: earliest }),
  });
  let count = 0;
  for await (const commits of history) {
    count += commits.length;
    if (count % noted < commits.length) onProgress(`Reading commits: ${count}`);
    const wanted = commits.filter((commit) => isWanted(commit, options.fromDate));
    yield* inBlocks(wanted, rowContext);
  }
}

function* inBlocks(commits: readonly Commit[], context: RowContext): Generator<TableRow[]> {
  let rows: TableRow[] = [];
  for (const commit of commits) {
    rows.push({ table: vcsVersions, row: versionRow(commit, context) });
    for (const change of commit.changes) {
      rows.push({ table: changePath, row: changeRow(commit, change, context) });
      if (rows.length < block) continue;
      yield rows;
      rows = [];
    }
  }
  if (rows.length > 0) yield rows;
}

function isWanted(commit: Commit, fromDate: number | undefined): boolean {
  return fromDate === undefined || commit.author.time >= fromDate;
}
