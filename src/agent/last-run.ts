import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/atomic-file.js';
import { readTextFile } from '../config/text-file.js';
import { recordFolder } from '../sources/run-record.js';
import { type AgentContext, exportFolder } from './context.js';
import type { StepReport } from './report.js';

const moment = z.iso.datetime();

const runSchema = z.object({
  /** What ran: a scrape of an agent, or the pipeline of a central installation. */
  kind: z.enum(['scrape', 'pipeline']),
  began: moment,
  /** Absent where it is at work, or was killed. */
  ended: moment.optional(),
  /** Exit code. */
  code: z.int().optional(),
  /** The steps that ran, in order. */
  steps: z.array(
    z.object({ name: z.string(), code: z.int(), seconds: z.number(), failedSources: z.array(z.string()) }),
  ),
});

/** What became of the last run of all steps of a project together. */
export type LastRun = Readonly<z.output<typeof runSchema>>;

/** Outcome of a run, for {@link recordRun}. */
export interface RunOutcome {
  readonly code: number;
  readonly steps: readonly StepReport[];
}

function runFile(context: Pick<AgentContext, 'runtime' | 'project'>): string {
  return join(exportFolder(context), recordFolder, 'run.json');
}

/** Undefined where there was none, or what is there cannot be read. */
export function readLastRun(context: Pick<AgentContext, 'runtime' | 'project'>): LastRun | undefined {
  try {
    const text = readTextFile(runFile(context));
    return text === undefined ? undefined : runSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Runs all steps of a project, and records what became of them. That this fails changes nothing for the run. */
export async function recordRun<Outcome extends RunOutcome>(
  context: Pick<AgentContext, 'runtime' | 'project' | 'log'>,
  kind: LastRun['kind'],
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  const began = new Date().toISOString();
  await write(context, { kind, began, steps: [] });
  const outcome = await run();
  const steps = outcome.steps.map(({ name, code, seconds, failedSources }) => ({
    ...{ name, code, seconds: Math.round(seconds * 10) / 10 },
    failedSources: [...failedSources],
  }));
  await write(context, { kind, began, ended: new Date().toISOString(), code: outcome.code, steps });
  return outcome;
}

async function write(context: Pick<AgentContext, 'runtime' | 'project' | 'log'>, run: LastRun): Promise<void> {
  const file = runFile(context);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomically(file, `${JSON.stringify(run)}\n`, 0o644);
  } catch (error) {
    context.log.warn(`What becomes of the run is not recorded: ${error instanceof Error ? error.message : error}`);
  }
}
