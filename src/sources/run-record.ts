import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/atomic-file.js';
import type { Runtime } from '../config/runtime.js';
import { readTextFile } from '../config/text-file.js';

/** Below `export/<PROJECT>`: what became of the last runs. It is not exported. */
export const recordFolder = '.status';

/** In it, with a file for each step. */
const stepsFolder = path.join(recordFolder, 'steps');

/** Texts of a record are cut, so that its size depends on the number of sources alone. */
const longestReason = 300;
const mostReasons = 5;

const moment = z.iso.datetime();
const rows = z.record(z.string(), z.number());
const reasons = z.array(z.string());

const sourceRecordSchema = z.object({
  name: z.string(),
  type: z.string(),
  outcome: z.enum(['done', 'incomplete', 'failed', 'skipped']),
  /** When the last run began that gathered the source, at least in part. */
  gathered: moment.optional(),
  /** Rows per table in the last run. */
  rows,
  /** What failed, was refused, or made it be skipped. */
  reasons,
});

const stepRecordSchema = z.object({
  step: z.string(),
  /** When the last run began. */
  began: moment,
  /** When it ended; absent where it is at work, or was killed. */
  ended: moment.optional(),
  outcome: z.enum(['done', 'incomplete', 'failed']).optional(),
  /** When the last run began that gathered anything at all. */
  gathered: moment.optional(),
  /** Rows per exported file in the last run that came to its end. */
  rows,
  reasons,
  /** In the order in which they were done with; of the last run that came to its end. */
  sources: z.array(sourceRecordSchema),
});

export type SourceRecord = Readonly<z.output<typeof sourceRecordSchema>>;

/** What became of a step when it ran last. It holds names of sources and reasons as the log has them, and no rows. */
export type StepRecord = Readonly<z.output<typeof stepRecordSchema>>;

/** The part of a run that its record needs. */
export type RecordRuntime = Pick<Runtime, 'log' | 'redactor' | 'signal'>;

/** Where the record of a step is kept. */
export interface RecordPlace {
  /** `export/<PROJECT>` */
  readonly folder: string;
  readonly step: string;
}

/** Collects what becomes of a step while it runs. */
export class RunRecorder {
  private readonly found: Omit<SourceRecord, 'gathered'>[] = [];
  private readonly remarks: string[] = [];
  private counts: ReadonlyMap<string, number> = new Map();

  constructor(private readonly redact: (text: string) => string) {}

  get sources(): readonly Omit<SourceRecord, 'gathered'>[] {
    return this.found;
  }

  get reasons(): readonly string[] {
    return this.remarks;
  }

  /** Rows per exported file. */
  get exported(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** Says how many rows the step exported, and passes the numbers on. */
  export(rows: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    this.counts = rows;
    return rows;
  }

  /** Says what became of a source. */
  source(
    { name, type }: Pick<SourceRecord, 'name' | 'type'>,
    outcome: SourceRecord['outcome'],
    details: { readonly rows?: ReadonlyMap<string, number>; readonly reasons?: readonly string[] } = {},
  ): void {
    const { rows: counts = new Map<string, number>(), reasons: why = [] } = details;
    this.found.push({ name, type, outcome, rows: Object.fromEntries(counts), reasons: this.cut(why) });
  }

  /** Says why the step as a whole is incomplete. */
  incomplete(reason: string): void {
    if (this.remarks.length < mostReasons) this.remarks.push(...this.cut([reason]));
  }

  private cut(texts: readonly string[]): string[] {
    return texts
      .slice(0, mostReasons)
      .map((text) => this.redact(text).trim().replace(/\s+/g, ' ').slice(0, longestReason));
  }
}

/**
 * Runs a step, and keeps a record of what became of it beside its tables. That the record cannot be written changes
 * nothing for the step.
 *
 * @throws what the step throws; the sources of the record are then those of the run before
 */
export async function recordStep<Result>(
  place: RecordPlace,
  runtime: RecordRuntime,
  run: (recorder: RunRecorder) => Promise<Result>,
): Promise<Result> {
  const recorder = new RunRecorder((text) => runtime.redactor.text(text));
  const previous = readStepRecord(place);
  const began = new Date().toISOString();
  const kept = { gathered: previous?.gathered, rows: previous?.rows ?? {}, sources: previous?.sources ?? [] };
  const write = (record: Omit<StepRecord, 'step' | 'began'>) =>
    writeRecord(place, { step: place.step, began, ...record }, runtime);
  await write({ ...kept, reasons: [] });
  const ended = () => new Date().toISOString();
  try {
    const result = await run(recorder);
    const sources = recorder.sources.map((source) => withGathered(source, began, previous));
    const outcome = isComplete(recorder) ? 'done' : 'incomplete';
    const exported = Object.fromEntries(recorder.exported);
    await write({ ended: ended(), outcome, gathered: began, rows: exported, reasons: [...recorder.reasons], sources });
    return result;
  } catch (error) {
    recorder.incomplete(runtime.signal.aborted ? 'It was stopped' : messageOf(error));
    await write({ ...kept, ended: ended(), outcome: 'failed', reasons: [...recorder.reasons] });
    throw error;
  }
}

/** The record of a step, or undefined where there is none that can be read. */
export function readStepRecord({ folder, step }: RecordPlace): StepRecord | undefined {
  try {
    const text = readTextFile(path.join(folder, stepsFolder, `${step}.json`));
    return text === undefined ? undefined : stepRecordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Records of all steps that ever ran for a project, by name. @param folder `export/<PROJECT>` */
export async function readStepRecords(folder: string): Promise<readonly StepRecord[]> {
  const names = await readdir(path.join(folder, stepsFolder)).catch(() => []);
  const steps = names.filter((name) => name.endsWith('.json')).sort();
  return steps.flatMap((name) => readStepRecord({ folder, step: path.basename(name, '.json') }) ?? []);
}

function withGathered(
  source: Omit<SourceRecord, 'gathered'>,
  began: string,
  previous: StepRecord | undefined,
): SourceRecord {
  const isGathered = source.outcome === 'done' || source.outcome === 'incomplete';
  const gathered = isGathered ? began : previous?.sources.find(({ name }) => name === source.name)?.gathered;
  return gathered === undefined ? source : { ...source, gathered };
}

function isComplete({ reasons: remarks, sources }: RunRecorder): boolean {
  return remarks.length === 0 && sources.every(({ outcome }) => outcome === 'done' || outcome === 'skipped');
}

async function writeRecord({ folder, step }: RecordPlace, record: StepRecord, { log }: RecordRuntime): Promise<void> {
  const file = path.join(folder, stepsFolder, `${step}.json`);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomically(file, `${JSON.stringify(record)}\n`, 0o644);
  } catch (error) {
    log.warn(`What becomes of ${step} is not recorded: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
