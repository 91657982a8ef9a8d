import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import type { Runtime } from '../config/runtime.js';
import { ApiConnections } from '../http/connections.js';
import { DenyList } from '../http/deny-list.js';
import type { Logger } from '../log/logger.js';
import { vcsVersions } from '../tables/catalogue/vcs.js';
import { ExportError } from '../tables/errors.js';
import { type ExportSet, type ExportSummary, exportTables } from '../tables/export-set.js';
import { type LocalTime, localTime } from '../tables/local-time.js';
import { Pseudonymiser } from '../tables/pseudonym.js';
import { loadSecrets, secretsFile } from '../tables/secrets.js';
import { readSourceEntries, sourcesFile } from './entries.js';
import { readFirstDate } from './from-date.js';
import { gatherInto } from './gather-into.js';
import { forgetGathered } from './gathered.js';
import { isDenied, type LocationContext, resolveLocation } from './location.js';
import type { ProgressDisplay } from './progress-display.js';
import { findRepositorySource } from './registry.js';
import { latestVersionsFile, type RepositoryContext, type RepositorySource } from './repository.js';
import { type RunRecorder, recordStep } from './run-record.js';
import { SharedSsh } from './shared-ssh.js';
import type { SourceEntry } from './source.js';
import { redactUrl } from './source-url.js';
import { loadSprints, type Sprints } from './sprints.js';
import { SourceTrackers } from './trackers.js';

/** Repositories that are gathered side by side, where nothing else is asked for. */
export const defaultJobs = 4;

export interface VersionControlOptions {
  readonly project: string;
  /** Folder below which repositories are kept; relative to GATHERER_HOME. */
  readonly repositories: string;
  readonly followHostChange: boolean;
  readonly force: boolean;
  readonly pull: boolean;
  /** Repositories that are gathered side by side. */
  readonly jobs: number;
  /** Requests of one token to an API that are under way at once; a few by default. */
  readonly requests?: number;
  /** Date from which a source is gathered of which nothing has been exported yet; SCRAPE_SINCE by default. */
  readonly since?: string;
  readonly progress: ProgressDisplay;
}

/** The part of a run that gathering needs. */
export type GatherRuntime = Pick<
  Runtime,
  'home' | 'version' | 'environment' | 'settings' | 'credentials' | 'log' | 'redactor' | 'signal'
>;

export interface VersionControlOutcome {
  /** Rows per exported file. */
  readonly rows: ExportSummary;
  /** Names of the sources that came through, also those that had nothing new. */
  readonly gathered: readonly string[];
  /** Names of those among them that were refused a part of what they have. */
  readonly incomplete: readonly string[];
  /** Names of the sources that failed, and kept their trackers. */
  readonly failed: readonly string[];
}

interface Job {
  readonly entry: SourceEntry;
  readonly source: RepositorySource;
}

/**
 * Gathers all repositories of a project into the tables of `export/<PROJECT>`, with their trackers. A repository that
 * fails is named in the log and in the outcome, and stops no other.
 *
 * @throws {ConfigError} where a file that is read is malformed
 * @throws {ExportError} where the tables cannot be written
 */
export function gatherVersionControl(
  runtime: GatherRuntime,
  options: VersionControlOptions,
): Promise<VersionControlOutcome> {
  const folder = path.join(runtime.home, 'export', options.project);
  return recordStep({ folder, step: 'git-to-json' }, runtime, async (recorder) => {
    const rows = recorder.export(await gatherRepositories(runtime, options, folder, recorder));
    const { repositories, project } = options;
    await forgetGathered(path.resolve(runtime.home, repositories), project);
    const namesWith = (wanted: Result) =>
      recorder.sources.filter(({ outcome }) => outcome === wanted).map(({ name }) => name);
    const incomplete = namesWith('incomplete');
    return { rows, gathered: [...namesWith('done'), ...incomplete], incomplete, failed: namesWith('failed') };
  });
}

async function gatherRepositories(
  runtime: GatherRuntime,
  options: VersionControlOptions,
  folder: string,
  recorder: RunRecorder,
): Promise<ExportSummary> {
  const { home, environment, credentials, log } = runtime;
  const { followHostChange } = options;
  const pseudonymiser = new Pseudonymiser(await loadSecrets(secretsFile(home, environment)));
  return exportTables({ folder, pseudonymiser, log }, async (exports) => {
    const time = localTime(environment);
    const earliest = readFirstDate(options.since, environment, time);
    const sprints = await loadSprints(folder, time, log);
    const denyList = DenyList.parse(environment['GATHERER_URL_BLACKLIST']);
    const jobs = findJobs(folder, { environment, credentials, followHostChange, log, recorder });
    const trackers = SourceTrackers.load(folder, [latestVersionsFile, ...jobs.flatMap((job) => job.source.trackers)]);
    for (const table of [vcsVersions, ...jobs.flatMap((job) => job.source.tables)]) exports.declare(table);
    for (const table of jobs.flatMap((job) => job.source.tablesOfNews ?? [])) {
      if (!existsSync(path.join(folder, table.file))) exports.declare(table);
    }
    const connections = openConnections(runtime, options);
    const sharedSsh = new SharedSsh({ environment, signal: runtime.signal });
    const shared = {
      ...{ ...options, runtime, folder, time, sprints, denyList, exports, trackers, connections, sharedSsh, recorder },
      ...(earliest === undefined ? {} : { earliest }),
    };
    try {
      await runSideBySide(jobs, options.jobs, runtime.signal, (job, signal) => runJob(job, shared, signal));
    } finally {
      options.progress.end();
      await Promise.all([connections.close(), sharedSsh.close()]);
    }
    for (const [file, contents] of trackers.contents()) exports.setTracker(file, contents);
  });
}

function openConnections(
  runtime: GatherRuntime,
  { requests, repositories, project }: VersionControlOptions,
): ApiConnections {
  const { version, environment, log, signal } = runtime;
  return new ApiConnections({
    ...{ version, environment, log, signal },
    cacheFolder: path.resolve(runtime.home, repositories, project, '.answers'),
    ...(requests === undefined ? {} : { concurrency: requests }),
  });
}

type Result = RunRecorder['sources'][number]['outcome'];

/** What all repositories of a run have in common. */
interface Shared extends VersionControlOptions {
  readonly runtime: GatherRuntime;
  readonly folder: string;
  readonly time: LocalTime;
  readonly earliest?: number;
  readonly sprints: Sprints;
  readonly denyList: DenyList;
  readonly exports: ExportSet;
  readonly trackers: SourceTrackers;
  readonly connections: ApiConnections;
  readonly sharedSsh: SharedSsh;
  readonly recorder: RunRecorder;
}

/**
 * The repositories of a project, each once. Of several with one name the first is taken, and the others are refused:
 * rows and trackers tell them apart by name alone.
 */
function findJobs(
  folder: string,
  context: LocationContext & { readonly log: Logger; readonly recorder: RunRecorder },
): readonly Job[] {
  const { log, recorder } = context;
  const entries = readSourceEntries(folder);
  if (entries === undefined)
    log.warn(`There is no ${path.join(folder, sourcesFile)}, and so there are no repositories`);
  const jobs = new Map<string, Job>();
  for (const entry of entries ?? []) {
    if (redactUrl(entry.url) !== entry.url) {
      log.warn(
        `${entry.name}: its URL in ${sourcesFile} has a password, and that file goes to the controller as it is; move the password to ${context.credentials.file}`,
      );
    }
    const source = findRepositorySource(entry, context);
    const known = jobs.get(entry.name)?.entry;
    if (source === undefined) continue;
    if (known === undefined) {
      jobs.set(entry.name, { entry, source });
    } else if (known.url !== entry.url || known.type !== entry.type) {
      log.error(`${entry.name}: ${redactUrl(entry.url)} is skipped, because another repository has that name too`);
      recorder.source(entry, 'failed', { reasons: ['Another repository has that name too'] });
    }
  }
  return [...jobs.values()];
}

/** Runs so many jobs at once. Where one rejects, the others are stopped before that is passed on. */
async function runSideBySide(
  jobs: readonly Job[],
  most: number,
  signal: AbortSignal,
  run: (job: Job, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  // Each process of git listens to it.
  setMaxListeners(0, stop);
  const limit = pLimit(most);
  const runs = jobs.map((job) =>
    limit(async () => {
      stop.throwIfAborted();
      await run(job, stop);
    }).catch((error: unknown) => {
      failure.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(runs);
  stop.throwIfAborted();
}

async function runJob({ entry, source }: Job, shared: Shared, signal: AbortSignal): Promise<void> {
  const { runtime, exports, trackers, progress, recorder } = shared;
  const { log } = runtime;
  const reasons: string[] = [];
  const onIncomplete = (reason: string): void => {
    log.error(`${entry.name} is incomplete: ${reason}`);
    reasons.push(reason);
  };
  const context = { ...contextOf(entry, shared, signal), onIncomplete };
  try {
    if (isDenied(resolveLocation(entry.url, context), shared.denyList)) {
      log.warn(`${entry.name}: its URL is denied by GATHERER_URL_BLACKLIST, and it is skipped`);
      recorder.source(entry, 'skipped', { reasons: ['Its URL is denied by GATHERER_URL_BLACKLIST'] });
      return;
    }
    const since = trackers.of(entry.name);
    const scope = { name: entry.name, log, signal };
    const { result: values, rows } = await gatherInto(exports, () => source.gather(context, since), scope);
    trackers.update(entry.name, values);
    if (Object.keys(values).length > 0) for (const table of source.tablesOfNews ?? []) exports.declare(table);
    if (rows.size > 0) log.info(`${entry.name}: ${[...rows].map(([name, count]) => `${count} of ${name}`).join(', ')}`);
    recorder.source(entry, reasons.length > 0 ? 'incomplete' : 'done', { rows, reasons });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExportError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    log.error(`${entry.name} failed, and is left as it was: ${reason}`);
    log.debug({ err: error }, 'Where it happened');
    recorder.source(entry, 'failed', { reasons: [reason] });
  } finally {
    progress.clear(entry.name);
  }
}

function contextOf(entry: SourceEntry, shared: Shared, signal: AbortSignal): Omit<RepositoryContext, 'onIncomplete'> {
  const { environment, settings, credentials, log, home } = shared.runtime;
  return {
    ...{ environment, settings, credentials, log, signal, home, entry },
    project: shared.project,
    exportFolder: shared.folder,
    repositories: path.resolve(home, shared.repositories),
    dropins: path.join(home, 'dropins', shared.project),
    followHostChange: shared.followHostChange,
    force: shared.force,
    pull: shared.pull,
    ...(shared.earliest === undefined ? {} : { earliest: shared.earliest }),
    sprints: shared.sprints,
    connections: shared.connections,
    sharedSsh: shared.sharedSsh,
    time: shared.time,
    onProgress: (text) => shared.progress.show(entry.name, text),
  };
}
