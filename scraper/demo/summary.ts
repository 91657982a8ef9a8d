import Table from 'cli-table3';
import type { DemoRun } from './run.js';

/**
 * What the two runs of the demo came to, as a table for people.
 *
 * @param held rows in the database after both, by table
 */
export function summaryTable(first: DemoRun, second: DemoRun, held: ReadonlyMap<string, number>): string {
  const table = new Table({
    head: ['exported file', 'rows', 'imported table', 'rows in it', 'second run'],
    colAligns: ['left', 'right', 'left', 'right', 'right'],
    style: { head: [], border: [] },
  });
  let repeated = 0;
  for (const [file, rows] of first.exported) {
    if (!file.startsWith('data_')) continue;
    const name = file.replace(/^data_|\.json$/g, '');
    const again = second.imported.find((imported) => imported.table === name);
    table.push([file, rows, `gros.${name}`, held.get(name) ?? 0, `${again?.added ?? 0} new`]);
    repeated += Math.max(0, rows - (held.get(name) ?? 0));
  }
  const note = `${repeated} exported rows repeat the key of another, as a file that a merge differs in from both parents`;
  return repeated > 0 ? `${table}\n${note}` : table.toString();
}

/** Commits per second of the step that read them. */
export function commitRate(run: DemoRun): string {
  const { gatherSeconds } = run;
  const commits = commitsOf(run);
  const rate = gatherSeconds > 0 ? Math.round(commits / gatherSeconds) : 0;
  return `${commits} commits in ${gatherSeconds.toFixed(2)} s, clone included: ${rate} commits per second`;
}

/** Commits that a run exported. */
export function commitsOf({ exported }: DemoRun): number {
  return exported.get('data_vcs_versions.json') ?? 0;
}
