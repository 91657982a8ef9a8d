import path from 'node:path';
import type { Runtime } from '../config/runtime.js';
import { DenyList } from '../http/deny-list.js';
import type { Logger } from '../log/logger.js';
import { ExportError } from '../tables/errors.js';
import { type ExportSet, type ExportSummary, exportTables } from '../tables/export-set.js';
import { Pseudonymiser } from '../tables/pseudonym.js';
import { loadSecrets, secretsFile } from '../tables/secrets.js';
import { readSourceEntries } from './entries.js';
import { gatherInto } from './gather-into.js';
import { findOtherSource } from './registry.js';
import type { GatherContext, Source, SourceEntry } from './source.js';
import { SourceTrackers } from './trackers.js';

/** The part of a run that gathering needs. */
export type SourcesRuntime = Pick<Runtime, 'home' | 'environment' | 'settings' | 'credentials' | 'log' | 'signal'>;

export interface SourcesOptions {
  readonly project: string;
  /** Types of sources; none for all. */
  readonly types: readonly string[];
}

export interface SourcesOutcome {
  /** Rows per exported file. */
  readonly rows: ExportSummary;
  /** Names of the sources that came through, also those that had nothing new. */
  readonly gathered: readonly string[];
  /** Names of the sources that failed, and kept their trackers. */
  readonly failed: readonly string[];
}

interface Job {
  readonly entry: SourceEntry;
  readonly source: Source;
}

/**
 * Gathers the sources of a project that are no repositories into the tables of `export/<PROJECT>`, with their trackers,
 * one after the other. One that fails is named in the log and in the outcome, and stops no other.
 *
 * @throws {ConfigError} where a file that is read is malformed
 * @throws {ExportError} where the tables cannot be written
 */
export async function gatherSources(
  runtime: SourcesRuntime,
  { project, types }: SourcesOptions,
): Promise<SourcesOutcome> {
  const { home, environment, log } = runtime;
  const folder = path.join(home, 'export', project);
  const jobs = findJobs(folder, types, log);
  const gathered: string[] = [];
  const failed: string[] = [];
  const pseudonymiser = new Pseudonymiser(await loadSecrets(secretsFile(home, environment)));
  const rows = await exportTables({ folder, pseudonymiser, log }, async (exports) => {
    const trackers = SourceTrackers.load(
      folder,
      jobs.flatMap(({ source }) => source.trackers),
    );
    for (const table of jobs.flatMap(({ source }) => source.tables)) exports.declare(table);
    for (const job of jobs) {
      const done = await runJob(
        job,
        { ...runtime, project, entry: job.entry, exportFolder: folder },
        exports,
        trackers,
      );
      (done ? gathered : failed).push(job.entry.name);
    }
    for (const [file, contents] of trackers.contents()) exports.setTracker(file, contents);
  });
  return { rows, gathered, failed };
}

/** The sources of a project, each name once: rows and trackers tell them apart by that alone. */
function findJobs(folder: string, types: readonly string[], log: Logger): readonly Job[] {
  const jobs = new Map<string, Job>();
  for (const entry of readSourceEntries(folder) ?? []) {
    const source = findOtherSource(entry);
    if (source === undefined || (types.length > 0 && !types.includes(entry.type))) continue;
    if (jobs.has(entry.name)) log.error(`${entry.name}: another source has that name too, so this one is skipped`);
    else jobs.set(entry.name, { entry, source });
  }
  return [...jobs.values()];
}

async function runJob(
  { entry, source }: Job,
  context: GatherContext,
  exports: ExportSet,
  trackers: SourceTrackers,
): Promise<boolean> {
  const { log, signal, environment } = context;
  signal.throwIfAborted();
  try {
    const denyList = DenyList.parse(environment['GATHERER_URL_BLACKLIST']);
    if (URL.canParse(entry.url) && denyList.denies(new URL(entry.url))) {
      log.warn(`${entry.name}: its URL is denied by GATHERER_URL_BLACKLIST, and it is skipped`);
      return true;
    }
    const since = trackers.of(entry.name);
    const scope = { name: entry.name, log, signal };
    const { result: values, rows } = await gatherInto(exports, () => source.gather(context, since), scope);
    trackers.update(entry.name, values);
    if (rows.size > 0) log.info(`${entry.name}: ${[...rows].map(([name, count]) => `${count} of ${name}`).join(', ')}`);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExportError) throw error;
    log.error(`${entry.name} failed, and is left as it was: ${error instanceof Error ? error.message : String(error)}`);
    log.debug({ err: error }, 'Where it happened');
    return false;
  }
}
