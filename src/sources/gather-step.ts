import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Runtime } from '../config/runtime.js';
import { readTextFile } from '../config/text-file.js';
import { ApiConnections } from '../http/connections.js';
import { type ExportSet, type ExportSummary, exportTables } from '../tables/export-set.js';
import { localTime } from '../tables/local-time.js';
import { Pseudonymiser } from '../tables/pseudonym.js';
import { loadSecrets, secretsFile } from '../tables/secrets.js';
import { gatherInto } from './gather-into.js';
import type { ProgressDisplay } from './progress-display.js';
import { type RunRecorder, recordStep } from './run-record.js';
import { StepParts } from './step-parts.js';
import { type FileContents, type StepContext, type StepSource, Unchanged } from './step-source.js';

/** Below GATHERER_HOME, by project: answers that servers are asked for conditionally. */
const answersFolder = '.answers';
/** Below the export folder, by step: what a run that dies leaves to the next one. */
const keptFolder = '.kept';

/** The part of a run that a step needs. */
export type StepRuntime = Pick<
  Runtime,
  'home' | 'version' | 'environment' | 'settings' | 'credentials' | 'log' | 'redactor' | 'signal'
>;

export interface StepOptions {
  readonly project: string;
  /** Requests of one token to an API that are under way at once; a few by default. */
  readonly requests?: number;
  readonly progress: ProgressDisplay;
}

export interface StepOutcome {
  /** Rows per exported file. */
  readonly rows: ExportSummary;
  /** What was refused or broken while the rest came through. */
  readonly incomplete: readonly string[];
}

/**
 * Gathers a step into the tables of `export/<PROJECT>`, with its trackers: all of it, or nothing where it fails.
 *
 * @throws {ConfigError} where a file that is read is malformed
 * @throws {ExportError} where the tables cannot be written
 * @throws what the source throws
 */
export function gatherStep(runtime: StepRuntime, source: StepSource, options: StepOptions): Promise<StepOutcome> {
  const folder = path.join(runtime.home, 'export', options.project);
  return recordStep({ folder, step: source.step }, runtime, async (recorder) => {
    const rows = recorder.export(await gatherTables(runtime, source, options, folder, recorder));
    const ofParts = recorder.sources.flatMap(({ name, reasons }) => reasons.map((reason) => `${name}: ${reason}`));
    return { rows, incomplete: [...recorder.reasons, ...ofParts] };
  });
}

async function gatherTables(
  runtime: StepRuntime,
  source: StepSource,
  options: StepOptions,
  folder: string,
  recorder: RunRecorder,
): Promise<ExportSummary> {
  const { home, environment, log } = runtime;
  const { step } = source;
  const pseudonymiser = new Pseudonymiser(await loadSecrets(secretsFile(home, environment)));
  // Where the step fails, its parts that are still at work are stopped.
  const stop = new AbortController();
  const signal = AbortSignal.any([runtime.signal, stop.signal]);
  const connections = openConnections(runtime, options, signal);
  const onIncomplete = (reason: string): void => {
    log.error(`${step} is incomplete: ${reason}`);
    recorder.incomplete(reason);
  };
  try {
    const summary = await exportTables({ folder, pseudonymiser, log }, async (exports) => {
      const parts = new StepParts(exports, recorder, { log, signal });
      const gatherPart: StepContext['gatherPart'] = (part, rows) => parts.gather(part, rows);
      const shared = contextOf(runtime, options, folder, step);
      try {
        await fillTables(exports, source, { ...shared, signal, connections, onIncomplete, gatherPart });
      } finally {
        stop.abort(new Error(`${step} has ended`));
        await parts.ended();
      }
    });
    await rm(path.join(folder, keptFolder, step), { recursive: true, force: true });
    return summary;
  } catch (error) {
    if (!(error instanceof Unchanged)) throw error;
    log.info(`${step} leaves its files as they are: ${error.message}`);
    return new Map();
  } finally {
    options.progress.end();
    await connections.close();
  }
}

async function fillTables(exports: ExportSet, given: StepSource, context: StepContext): Promise<void> {
  const source = given.configure?.(context.home) ?? given;
  const { step, tables, merged = [] } = source;
  const { log, signal, exportFolder } = context;
  for (const table of tables) exports.declare(table, { merge: merged.includes(table) });
  const since = readFiles(exportFolder, source);
  const { result, rows } = await gatherInto(exports, () => source.gather(context, since), { name: step, log, signal });
  for (const [file, contents] of Object.entries(result)) exports.setTracker(file, contents);
  if (rows.size > 0) log.info(`${step}: ${[...rows].map(([name, count]) => `${count} of ${name}`).join(', ')}`);
}

function openConnections(
  { home, version, environment, log }: StepRuntime,
  { project, requests }: StepOptions,
  signal: AbortSignal,
): ApiConnections {
  return new ApiConnections({
    ...{ version, environment, log, signal },
    cacheFolder: path.join(home, answersFolder, project),
    ...(requests === undefined ? {} : { concurrency: requests }),
  });
}

function contextOf(
  { home, environment, settings, credentials, log }: StepRuntime,
  { project, progress }: StepOptions,
  exportFolder: string,
  step: string,
): Omit<StepContext, 'signal' | 'connections' | 'onIncomplete' | 'gatherPart'> {
  return {
    ...{ home, environment, settings, credentials, log, project, exportFolder },
    dropins: path.join(home, 'dropins', project),
    keptFolder: path.join(exportFolder, keptFolder, step),
    time: localTime(environment),
    onProgress: (text) => progress.show(step, text),
  };
}

function readFiles(folder: string, { trackers, documents = [] }: StepSource): FileContents {
  const files = [...trackers, ...documents].flatMap((file) => {
    const text = readTextFile(path.join(folder, file));
    return text === undefined ? [] : [[file, text] as const];
  });
  return Object.fromEntries(files);
}
