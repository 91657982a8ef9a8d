import { readSourceEntries } from '../sources/entries.js';
import { readStepRecords, type SourceRecord, type StepRecord } from '../sources/run-record.js';
import type { SourceEntry } from '../sources/source.js';
import { stepSources } from '../sources/step-registry.js';
import { type AgentContext, exportFolder } from './context.js';
import { type LastRun, readLastRun } from './last-run.js';

/** What was gathered of a project when, and what failed. */
export interface ProjectStatus {
  readonly project: string;
  /** Nothing failed in the last run of any step, and there was one. */
  readonly ok: boolean;
  readonly run?: LastRun;
  readonly steps: readonly StepRecord[];
  /** Sources of the project that no step has gathered, nor tried to. */
  readonly untouched: readonly Pick<SourceRecord, 'name' | 'type'>[];
}

/**
 * Reads what steps and runs have left in the export folder of a project.
 *
 * @throws {ConfigError} where `data_sources.json` is malformed
 */
export async function readProjectStatus(context: Pick<AgentContext, 'runtime' | 'project'>): Promise<ProjectStatus> {
  const folder = exportFolder(context);
  const steps = await readStepRecords(folder);
  const run = readLastRun(context);
  const untouched = untouchedSources(readSourceEntries(folder) ?? [], steps);
  const failed = (run !== undefined && run.code !== 0) || steps.some(({ outcome }) => outcome !== 'done');
  const ok = steps.length > 0 && !failed;
  return { project: context.project, ok, ...(run === undefined ? {} : { run }), steps, untouched };
}

/** A step that asks for the project as a whole has all sources of its types. */
function untouchedSources(entries: readonly SourceEntry[], steps: readonly StepRecord[]): ProjectStatus['untouched'] {
  const names = new Set(steps.flatMap(({ sources }) => sources.map(({ name }) => name)));
  const ran = stepSources.filter((source) => steps.some(({ step }) => step === source.step));
  const types = new Set(ran.flatMap((source) => source.types));
  return entries
    .filter(({ name, type }) => !names.has(name) && !types.has(type))
    .map(({ name, type }) => ({ name, type }));
}
