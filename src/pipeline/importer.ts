import type { Runtime } from '../config/runtime.js';
import type { PipelineOptions } from './options.js';

/** Runs a command of the program; its exit code. */
export type RunCommand = (runtime: Runtime, words: readonly string[]) => Promise<number>;

/** What brings exported files into a database. */
export interface Importer {
  /** Names of the files that it imports. */
  readonly files: ReadonlySet<string>;
  /** The environment to gather a project in. */
  prepare(runtime: Runtime, project: string): Promise<Runtime>;
  /** Brings the update trackers of a project to where the last import came. @returns exit code */
  placeTrackers(runtime: Runtime, project: string, files: readonly string[]): Promise<number>;
  /**
   * Imports what is in the export folder of a project.
   *
   * @param trackers names of the update trackers that go into the database
   * @throws Error where that fails
   */
  run(project: string, trackers: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** What makes importers. */
export interface ImporterContext {
  readonly runtime: Runtime;
  readonly options: PipelineOptions;
  readonly tasks: readonly string[];
  readonly runCommand: RunCommand;
}

/** Update trackers as the controller has them, where there is one; else those that are there count. */
export function retrieveTrackers(
  { options, runCommand }: Pick<ImporterContext, 'options' | 'runCommand'>,
  runtime: Runtime,
  project: string,
  files: readonly string[],
): Promise<number> {
  return runCommand(runtime, ['retrieve-update-trackers', project, '--files', ...files, ...options.words.trackers]);
}
