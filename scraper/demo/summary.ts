import Table from 'cli-table3';
import type { DemoRun } from './run.js';

/** What the two runs of the demo came to, as a table for people. */
export function summaryTable(first: DemoRun, second: DemoRun): string {
  const table = new Table({
    head: ['exported file', 'rows', 'imported table', 'rows', 'second run'],
    colAligns: ['left', 'right', 'left', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const files = [...first.exported].filter(([file]) => file.startsWith('data_'));
  for (const [file, rows] of files) {
    const name = file.replace(/^data_|\.json$/g, '');
    const [once, again] = [first, second].map(({ imported }) => imported.find(({ table }) => table === name));
    table.push([file, rows, `gros.${name}`, once?.added ?? 0, `${again?.added ?? 0} new`]);
  }
  return table.toString();
}

/** Commits per second of the step that read them. */
export function commitRate({ exported, gatherSeconds }: DemoRun): string {
  const commits = exported.get('data_vcs_versions.json') ?? 0;
  const rate = gatherSeconds > 0 ? Math.round(commits / gatherSeconds) : 0;
  return `${commits} commits in ${gatherSeconds.toFixed(2)} s, clone included: ${rate} commits per second`;
}
