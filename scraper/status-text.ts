import Table from 'cli-table3';
import type { ProjectStatus } from '../src/agent/project-status.js';
import type { SourceRecord, StepRecord } from '../src/sources/run-record.js';
import type { LocalTime } from '../src/tables/local-time.js';

/** Source of a line that is about a step as a whole. */
const whole = '-';

/** What `gatherer status` prints: the last run, a line for each source, and below them what failed. */
export function statusText(status: ProjectStatus, time: LocalTime): string {
  const show = (moment: string | undefined): string =>
    moment === undefined ? 'never' : time.format(Date.parse(moment) / 1000);
  const { project, run, steps, untouched } = status;
  if (run === undefined && steps.length === 0) return `${project}: nothing was gathered yet`;
  const table = new Table({
    head: ['step', 'source', 'type', 'last run', 'outcome', 'gathered', 'rows'],
    style: { head: [], border: [] },
  });
  for (const step of steps) table.push(...stepLines(step, show));
  table.push(...untouched.map(({ name, type }) => [whole, name, type, 'never', 'not gathered', 'never', '']));
  return [runLine(status, show), table.toString(), ...steps.flatMap(reasonLines)]
    .filter((part) => part !== '')
    .join('\n');
}

type Show = (moment: string | undefined) => string;

function runLine({ project, run }: ProjectStatus, show: Show): string {
  if (run === undefined) return `${project}: no scrape or pipeline ran yet`;
  const began = `${project}: last ${run.kind} ${show(run.began)}`;
  if (run.ended === undefined) return `${began}: at work, or killed`;
  const failed = run.steps
    .filter(({ code, failedSources }) => code !== 0 || failedSources.length > 0)
    .map(({ name, code, failedSources }) => (code === 0 ? `${name} of ${failedSources.join(', ')}` : name));
  return `${began}: ${run.code === 0 ? 'done' : `failed: ${failed.join('; ') || 'stopped'}`}`;
}

function stepLines(step: StepRecord, show: Show): readonly string[][] {
  const sources = step.sources.map((source) => [
    ...[step.step, source.name, source.type, show(step.began), source.outcome],
    ...[show(source.gathered), rowsText(source.rows)],
  ]);
  const outcome = step.ended === undefined ? 'at work, or killed' : (step.outcome ?? '');
  const line = [step.step, whole, '', show(step.began), outcome, show(step.gathered), rowsText(step.rows)];
  return sources.length === 0 || outcome !== 'done' ? [line, ...sources] : sources;
}

function reasonLines({ step, reasons, sources }: StepRecord): readonly string[] {
  const ofSource = ({ name, outcome, reasons: why }: SourceRecord): readonly string[] =>
    why.map((reason) => `${step} of ${name} ${outcome}: ${reason}`);
  return [...reasons.map((reason) => `${step}: ${reason}`), ...sources.flatMap(ofSource)];
}

function rowsText(rows: SourceRecord['rows']): string {
  return Object.entries(rows)
    .filter(([, count]) => count > 0)
    .map(([table, count]) => `${table} ${count}`)
    .join('\n');
}
