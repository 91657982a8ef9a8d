import type { TableRow } from '../tables/definition.js';
import { ExportError } from '../tables/errors.js';
import type { ExportSet } from '../tables/export-set.js';
import { gatherInto } from './gather-into.js';
import type { RunRecorder } from './run-record.js';
import type { StepContext, StepPart } from './step-source.js';

/** What the parts of a step share. */
export type PartsContext = Pick<StepContext, 'log' | 'signal'>;

/** Parts of a step. Each has a producer of its own, whose rows are dropped where the part fails. */
export class StepParts {
  private readonly atWork = new Set<Promise<unknown>>();

  constructor(
    private readonly exports: ExportSet,
    private readonly recorder: RunRecorder,
    private readonly context: PartsContext,
  ) {}

  async gather<Result>(
    part: StepPart,
    rows: (onIncomplete: (reason: string) => void) => AsyncGenerator<TableRow, Result>,
  ): Promise<Result | undefined> {
    const { log, signal } = this.context;
    const reasons: string[] = [];
    const onIncomplete = (reason: string): void => {
      log.error(`${part.name} is incomplete: ${reason}`);
      reasons.push(reason);
    };
    const work = gatherInto(this.exports, () => rows(onIncomplete), { name: part.name, log, signal });
    this.atWork.add(work);
    try {
      const { result, rows: counts } = await work;
      if (counts.size > 0)
        log.info(`${part.name}: ${[...counts].map(([table, rows]) => `${rows} of ${table}`).join(', ')}`);
      this.recorder.source(part, reasons.length > 0 ? 'incomplete' : 'done', { rows: counts, reasons });
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ExportError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      log.error(`${part.name} failed, and is left as it was: ${reason}`);
      log.debug({ err: error }, 'Where it happened');
      this.recorder.source(part, 'failed', { reasons: [reason] });
      return undefined;
    } finally {
      this.atWork.delete(work);
    }
  }

  /** None is at work any more. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.atWork);
  }
}
