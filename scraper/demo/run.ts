import { setTimeout as delay } from 'node:timers/promises';
import { type ProjectReport, rowsOf } from '../../src/agent/report.js';
import { scrapeProject } from '../../src/agent/scrape.js';
import { steps } from '../../src/agent/steps.js';
import type { Runtime } from '../../src/config/runtime.js';
import type { ImportedTable, ImportJob, Store } from '../../src/controller/store/store.js';
import { showProgress } from '../progress.js';
import { project } from './layout.js';

/** One way from the repository to the database. */
export interface DemoRun {
  /** Rows per exported file. */
  readonly exported: ReadonlyMap<string, number>;
  readonly imported: readonly ImportedTable[];
  /** Seconds that the step `git-to-json` took. */
  readonly gatherSeconds: number;
}

/** Says each step of a scrape as it begins. */
export type Say = (line: string) => void;

/**
 * Scrapes the project and waits for the import of what it exported.
 *
 * @throws Error where a step failed (the log says which) or the import did
 */
export async function runDemo(agent: Runtime, store: Store, preflightArguments: string, say: Say): Promise<DemoRun> {
  const earlier = new Set((await store.imports(project)).map(({ id }) => id));
  const report = await scrapeProject(agent, project, {
    preflightArguments,
    steps: steps.map((step) => ({
      ...step,
      run: (context) => {
        say(`  ${step.name}`);
        return step.run(context);
      },
    })),
    progress: showProgress,
  });
  refuseFailure(report);
  say('  import');
  const job = await importOf(store, earlier, agent.signal);
  const gather = report.steps.find(({ name }) => name === 'git-to-json');
  return { exported: rowsOf(report), imported: job.tables, gatherSeconds: gather?.seconds ?? 0 };
}

function refuseFailure({ code, steps }: ProjectReport): void {
  if (code === 0) return;
  const failed = steps.find((step) => step.code !== 0)?.name ?? 'the scrape';
  throw new Error(`${failed} failed; the lines above say why, and more of them with --log INFO`);
}

/** Rows that the database has of the project, by table, as its imports count them. */
export async function rowsInDatabase(store: Store): Promise<ReadonlyMap<string, number>> {
  const rows = new Map<string, number>();
  for (const { table, added } of (await store.imports(project)).flatMap(({ tables }) => tables)) {
    rows.set(table, (rows.get(table) ?? 0) + added);
  }
  return rows;
}

async function importOf(store: Store, earlier: ReadonlySet<number>, signal: AbortSignal): Promise<ImportJob> {
  for (;;) {
    const job = (await store.imports(project)).find(({ id }) => !earlier.has(id));
    if (job?.state === 'done') return job;
    if (job?.state === 'failed') throw new Error(`The import failed: ${job.message ?? 'see the log'}`);
    await delay(50, undefined, { signal });
  }
}
