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
import { type RunRecorder, recordStep } from './run-record.js';
import type { GatherContext, Source, SourceEntry } from './source.js';
import { SourceTrackers } from './trackers.js';

/** The part of a run that gathering needs. */
export type SourcesRuntime = Pick<
  Runtime,
  'home' | 'environment' | 'settings' | 'credentials' | 'log' | 'redactor' | 'signal'
>;

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
export function gatherSources(runtime: SourcesRuntime, options: SourcesOptions): Promise<SourcesOutcome> {
  const folder = path.join(runtime.home, 'export', options.project);
  return recordStep({ folder, step: 'gather' }, runtime, async (recorder) => {
    const rows = recorder.export(await gatherAll(runtime, options, folder, recorder));
    const isFailed = ({ outcome }: { readonly outcome: string }): boolean => outcome === 'failed';
    const gathered = recorder.sources.filter((source) => !isFailed(source)).map(({ name }) => name);
    return { rows, gathered, failed: recorder.sources.filter(isFailed).map(({ name }) => name) };
  });
}

async function gatherAll(
  runtime: SourcesRuntime,
  { project, types }: SourcesOptions,
  folder: string,
  recorder: RunRecorder,
): Promise<ExportSummary> {
  const { home, environment, log } = runtime;
  const jobs = findJobs(folder, types, log);
  const pseudonymiser = new Pseudonymiser(await loadSecrets(secretsFile(home, environment)));
  return exportTables({ folder, pseudonymiser, log }, async (exports) => {
    const trackers = SourceTrackers.load(
      folder,
      jobs.flatMap(({ source }) => source.trackers),
    );
    for (const table of jobs.flatMap(({ source }) => source.tables)) exports.declare(table);
    for (const job of jobs) {
      const context = { ...runtime, project, entry: job.entry, exportFolder: folder };
      await runJob(job, context, { exports, trackers, recorder });
    }
    for (const [file, contents] of trackers.contents()) exports.setTracker(file, contents);
  });
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

/** What all sources of a run fill. */
interface Shared {
  readonly exports: ExportSet;
  readonly trackers: SourceTrackers;
  readonly recorder: RunRecorder;
}

async function runJob(
  { entry, source }: Job,
  context: GatherContext,
  { exports, trackers, recorder }: Shared,
): Promise<void> {
  const { log, signal, environment } = context;
  signal.throwIfAborted();
  try {
    const denyList = DenyList.parse(environment['GATHERER_URL_BLACKLIST']);
    if (URL.canParse(entry.url) && denyList.denies(new URL(entry.url))) {
      log.warn(`${entry.name}: its URL is denied by GATHERER_URL_BLACKLIST, and it is skipped`);
      recorder.source(entry, 'skipped', { reasons: ['Its URL is denied by GATHERER_URL_BLACKLIST'] });
      return;
    }
    const since = trackers.of(entry.name);
    const scope = { name: entry.name, log, signal };
    const { result: values, rows } = await gatherInto(exports, () => source.gather(context, since), scope);
    trackers.update(entry.name, values);
    if (rows.size > 0) log.info(`${entry.name}: ${[...rows].map(([name, count]) => `${count} of ${name}`).join(', ')}`);
    recorder.source(entry, 'done', { rows });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExportError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    log.error(`${entry.name} failed, and is left as it was: ${reason}`);
    log.debug({ err: error }, 'Where it happened');
    recorder.source(entry, 'failed', { reasons: [reason] });
  }
}
