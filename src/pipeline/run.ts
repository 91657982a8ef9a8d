import { logReports, type ProjectReport } from '../agent/report.js';
import { checkNames } from '../agent/step-files.js';
import type { Runtime } from '../config/runtime.js';
import type { Importer, RunCommand } from './importer.js';
import { JavaImporter } from './java-importer.js';
import type { PipelineOptions } from './options.js';
import { OwnImporter } from './own-importer.js';
import { runProject } from './run-project.js';
import { pipelineSteps, scriptsOf, selectPipelineSteps } from './steps.js';

export interface PipelineResult {
  /** 0 only where all went well for every project; 2 where nothing but the configuration was in the way. */
  readonly code: number;
  readonly reports: readonly ProjectReport[];
}

/**
 * Gathers and imports projects one after the other, as a central installation does that reaches the systems itself. A
 * project that fails is left as it was, and stops no other.
 *
 * @throws {ConfigError} where the configuration cannot be used
 * @throws Error where there is nothing to import with
 */
export async function runPipeline(
  runtime: Runtime,
  options: PipelineOptions,
  runCommand: RunCommand,
): Promise<PipelineResult> {
  const { environment, log, signal } = runtime;
  checkNames(options.restoreFiles, 'restoreFiles');
  warnOfUnknown(runtime);
  const importer = await openImporter(runtime, options, runCommand);
  try {
    const selected = selectPipelineSteps(environment['gathererScripts'], importer?.files);
    const reports: ProjectReport[] = [];
    for (const project of options.projects) {
      if (signal.aborted) break;
      reports.push(await runProject({ runtime, options, runCommand, importer, selected, project }));
    }
    logReports(log, reports);
    return { code: signal.aborted ? 1 : exitCode(reports), reports };
  } finally {
    await importer?.close();
  }
}

async function openImporter(
  runtime: Runtime,
  options: PipelineOptions,
  runCommand: RunCommand,
): Promise<Importer | undefined> {
  const { tasks, importer } = options;
  if (tasks === undefined) return undefined;
  const context = { runtime, options, tasks, runCommand };
  return importer === 'java' ? JavaImporter.open(context) : OwnImporter.open(context);
}

function warnOfUnknown({ environment, log }: Runtime): void {
  const named = scriptsOf(environment['gathererScripts']);
  const unknown = named.filter((word) => !pipelineSteps.some(({ name }) => name === word));
  if (unknown.length > 0) log.warn(`gathererScripts names ${unknown.join(', ')}, which is no step of the pipeline`);
}

function exitCode(reports: readonly ProjectReport[]): number {
  const failures = reports.map(({ code }) => code).filter((code) => code !== 0);
  if (failures.length === 0) return 0;
  return failures.every((code) => code === 2) ? 2 : 1;
}
