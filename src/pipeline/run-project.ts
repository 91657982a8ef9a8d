import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { logFailure } from '../agent/context.js';
import { clonesFolder } from '../agent/gathering-steps.js';
import { type RunOutcome, recordRun } from '../agent/last-run.js';
import { type ProjectReport, type StepReport, succeeded } from '../agent/report.js';
import { runInOrder } from '../agent/run-in-order.js';
import { failureCode, guarded } from '../agent/run-steps.js';
import { listFiles } from '../agent/step-files.js';
import { type Lock, takeLock } from '../config/lock-file.js';
import type { Runtime } from '../config/runtime.js';
import type { Logger } from '../log/logger.js';
import { describeSources } from '../sources/registry.js';
import { readStepRecord, type StepRecord } from '../sources/run-record.js';
import { stepSources } from '../sources/step-registry.js';
import { recoverFolder } from '../tables/commit.js';
import { placeDropins } from './dropins.js';
import { type Importer, type RunCommand, retrieveTrackers } from './importer.js';
import type { PipelineOptions } from './options.js';
import { hasServer, type PipelineStep, pipelineSteps, scriptsOf } from './steps.js';
import { TrackerBackup } from './tracker-backup.js';

/** Steps that are at work at once; each asks other systems, and has a bound of its own for what it does at once. */
const stepsAtOnce = 3;

export interface ProjectRun {
  readonly runtime: Runtime;
  readonly options: PipelineOptions;
  readonly runCommand: RunCommand;
  /** Undefined where nothing is imported. */
  readonly importer: Importer | undefined;
  readonly selected: ReadonlySet<PipelineStep>;
  readonly project: string;
}

/** Runs the pipeline for a project. Never rejects. */
export async function runProject(run: ProjectRun): Promise<ProjectReport> {
  const started = performance.now();
  const { runtime, project } = run;
  const outcome = await alone(run, () =>
    recordRun({ runtime, project, log: runtime.log }, 'pipeline', () => new Pipeline(run).all()),
  );
  return { project, ...outcome, seconds: (performance.now() - started) / 1000 };
}

/** Runs the pipeline where no other one is at work for the project; that one is left alone, with all that it records. */
async function alone(run: ProjectRun, action: () => Promise<RunOutcome>): Promise<RunOutcome> {
  let lock: Lock;
  try {
    lock = await lockProject(run);
  } catch (error) {
    logFailure(run.runtime.log, error, `The pipeline of ${run.project} failed`);
    return { code: failureCode(error), steps: [] };
  }
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

async function lockProject({ options, project }: ProjectRun): Promise<Lock> {
  const folder = join(options.exports, project);
  await mkdir(folder, { recursive: true });
  const remedy = 'wait until its pipeline has ended, or stop it';
  return takeLock(join(folder, '.pipeline.lock'), { what: `the project ${project}`, remedy });
}

class Pipeline {
  private readonly folder: string;
  private readonly dropins: string;
  private readonly backup: TrackerBackup;
  private readonly log: Logger;
  private readonly reports: StepReport[] = [];
  /** Update trackers that go into the database. */
  private readonly trackers: Set<string>;
  private runtime: Runtime;
  private hasBackup = false;
  private hasRetrieved = false;

  constructor(private readonly run: ProjectRun) {
    const { runtime, options, project } = run;
    this.folder = join(options.exports, project);
    this.dropins = join(runtime.home, 'dropins', project);
    this.backup = new TrackerBackup(this.folder, [...new Set([...knownTrackers(), ...options.restoreFiles])]);
    this.log = runtime.log;
    this.trackers = new Set(options.restoreFiles);
    this.runtime = runtime;
  }

  async all(): Promise<RunOutcome> {
    const { project, options, runtime } = this.run;
    this.log.info(`${project}: pipeline`);
    let code: number;
    try {
      code = await this.gatherAndImport();
      runtime.signal.throwIfAborted();
    } catch (error) {
      logFailure(this.log, error, `The pipeline of ${project} failed`);
      code = failureCode(error);
    }
    if (this.hasBackup) await this.settleTrackers();
    if (this.hasRetrieved) await rm(this.dropins, { recursive: true, force: true });
    if (options.cleansUp) await rm(join(runtime.home, clonesFolder, project), { recursive: true, force: true });
    return { code, steps: this.reports };
  }

  /** @returns exit code */
  private async gatherAndImport(): Promise<number> {
    if (this.run.options.gathers) {
      await this.prepare();
      await runInOrder(pipelineSteps, stepsAtOnce, (step) => this.step(step));
    }
    const failed = this.reports.find(({ code }) => code !== 0);
    if (failed !== undefined) return failed.code;
    await this.import();
    return this.reports.find(({ code }) => code !== 0)?.code ?? (this.reports.every(succeeded) ? 0 : 1);
  }

  /** Trackers that say more than the database has would have the next run pass over what was not imported. */
  private async settleTrackers(): Promise<void> {
    const isGathered = this.reports.length > 0 && this.reports.every(({ code }) => code === 0);
    if (isGathered && !this.runtime.signal.aborted) return this.backup.discard();
    this.log.warn(`${this.run.project}: the update trackers are as they were before`);
    await this.backup.restore();
  }

  private async prepare(): Promise<void> {
    const { runtime, importer, selected, project } = this.run;
    await recoverFolder(this.folder);
    if (await this.backup.isLeft()) {
      this.log.warn(`${project}: an earlier run did not come to its end, and its update trackers are put back`);
      await this.backup.restore();
    }
    this.runtime = (await importer?.prepare(runtime, project)) ?? runtime;
    const files = listFiles(
      'update',
      [...selected].map(({ name }) => name),
    );
    if (files.length > 0 && (await this.placeTrackers(files)) !== 0) {
      throw new Error('the update trackers could not be retrieved');
    }
    await this.backup.take();
    this.hasBackup = true;
    await this.retrieveDropins();
  }

  private placeTrackers(files: readonly string[]): Promise<number> {
    const { importer, project } = this.run;
    return (
      importer?.placeTrackers(this.runtime, project, files) ?? retrieveTrackers(this.run, this.runtime, project, files)
    );
  }

  /** From their store, where there is one; else those of the folder count. */
  private async retrieveDropins(): Promise<void> {
    const { options, project, runCommand } = this.run;
    const { settings } = this.runtime;
    const isConfigured = settings.get('dropins', 'url') !== undefined || options.words.dropins.length > 0;
    if (!isConfigured) return;
    this.hasRetrieved = true;
    const code = await runCommand(this.runtime, ['retrieve-dropins', project, ...options.words.dropins]);
    if (code !== 0) throw new Error('the dropins could not be retrieved');
  }

  /** @returns whether the steps after it may run */
  private async step(step: PipelineStep): Promise<boolean> {
    if (this.runtime.signal.aborted) return false;
    const { options, selected, project } = this.run;
    const data = listFiles('export', [step.name], this.runtime.home);
    if (!selected.has(step)) {
      await this.removeEarlier(step, data);
      return true;
    }
    const words = step.words === undefined ? [] : step.words(options);
    if (words === undefined) return true;
    const trackers = listFiles('update', [step.name]);
    for (const file of trackers) this.trackers.add(file);
    const { dropins, folder, log } = this;
    if (await placeDropins({ dropins, folder, log }, { data, trackers, always: step.needsDropins === true })) {
      log.info(`${project}: ${step.name} is left out, as the dropins have all that it would give`);
      return true;
    }
    if (!this.isNamed(step) && !hasServer(step, { settings: this.runtime.settings, options })) {
      log.info(`${project}: ${step.name} is left out, as the settings name no server`);
      return true;
    }
    const report = await this.command(step.name, words);
    this.reports.push(report);
    return report.code === 0;
  }

  private isNamed({ name }: PipelineStep): boolean {
    return scriptsOf(this.run.runtime.environment['gathererScripts']).includes(name);
  }

  /** What an earlier run gathered must not be imported again in the name of this one; sources are read by other steps. */
  private async removeEarlier({ needsDropins }: PipelineStep, data: readonly string[]): Promise<void> {
    if (needsDropins === true) return;
    await Promise.all(data.map((file) => rm(join(this.folder, file), { force: true })));
  }

  private async command(name: string, words: readonly string[]): Promise<StepReport> {
    const { project, runCommand } = this.run;
    const began = new Date().toISOString();
    const started = performance.now();
    this.log.info(`${project}: ${name}`);
    let code: number;
    try {
      code = await guarded(() => runCommand(this.runtime, [name, project, ...words]));
      this.runtime.signal.throwIfAborted();
    } catch (error) {
      logFailure(this.log, error, `${name} failed`);
      code = failureCode(error);
    }
    const record = readStepRecord({ folder: this.folder, step: name });
    const seconds = (performance.now() - started) / 1000;
    return { name, seconds, ...outcomeOf(code, record !== undefined && record.began >= began ? record : undefined) };
  }

  private async import(): Promise<void> {
    const { importer, project } = this.run;
    if (importer === undefined) return;
    const started = performance.now();
    this.log.info(`${project}: import`);
    let code = 0;
    try {
      await importer.run(project, [...this.trackers]);
    } catch (error) {
      logFailure(this.log, error, `The import of ${project} failed`);
      code = failureCode(error);
    }
    const seconds = (performance.now() - started) / 1000;
    this.reports.push({ name: 'import', code, seconds, rows: new Map(), failedSources: [] });
  }
}

/** A step of which a part came through is imported, and counts as failed in the end. */
function outcomeOf(code: number, record: StepRecord | undefined): Pick<StepReport, 'code' | 'rows' | 'failedSources'> {
  if (record === undefined) return { code, rows: new Map(), failedSources: [] };
  const { sources, outcome, step } = record;
  const rows = new Map(Object.entries(record.rows));
  const incomplete = sources.filter((source) => source.outcome === 'failed' || source.outcome === 'incomplete');
  const isAllFailed = sources.length > 0 && sources.every((source) => source.outcome === 'failed');
  if (outcome !== 'incomplete' || (code !== 0 && isAllFailed)) return { code, rows, failedSources: [] };
  return { code: 0, rows, failedSources: incomplete.length > 0 ? incomplete.map(({ name }) => name) : [step] };
}

/** Files that any source may keep to know how far it came. */
function knownTrackers(): readonly string[] {
  const steps = pipelineSteps.map(({ name }) => name);
  return [
    ...listFiles('update', steps),
    ...describeSources().flatMap(({ trackers }) => trackers),
    ...stepSources.flatMap(({ trackers }) => trackers),
  ];
}
