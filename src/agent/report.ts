import Table from 'cli-table3';
import type { Logger } from '../log/logger.js';

export interface StepReport {
  readonly name: string;
  /** Exit code of the step. */
  readonly code: number;
  readonly seconds: number;
  /** Rows per exported file. */
  readonly rows: ReadonlyMap<string, number>;
  /** Sources that failed while the step as a whole went on. */
  readonly failedSources: readonly string[];
}

/** What became of a scrape of one project. */
export interface ProjectReport {
  readonly project: string;
  /** 0 only where every step succeeded; 2 where the configuration cannot be used. */
  readonly code: number;
  readonly seconds: number;
  /** The steps that ran, in order. */
  readonly steps: readonly StepReport[];
}

/** Whether a step did all that it was there for. */
export function succeeded({ code, failedSources }: StepReport): boolean {
  return code === 0 && failedSources.length === 0;
}

function failures(report: ProjectReport): string {
  const failed = report.steps.filter((step) => !succeeded(step));
  const names = failed.map(({ name, failedSources: sources }) =>
    sources.length === 0 ? name : `${name} of ${sources.join(', ')}`,
  );
  return names.length === 0 ? 'stopped' : `failed: ${names.join('; ')}`;
}

/** Rows per exported file of all steps together. */
export function rowsOf(report: ProjectReport): ReadonlyMap<string, number> {
  return new Map(report.steps.flatMap((step) => [...step.rows]));
}

function outcome(report: ProjectReport): string {
  return report.code === 0 ? 'done' : failures(report);
}

/** The last lines of a scrape: what was gathered, and what failed. */
export function logReports(log: Logger, reports: readonly ProjectReport[]): void {
  for (const report of reports) {
    const rows = [...rowsOf(report)].map(([file, count]) => `${file} ${count}`).join(', ');
    const line = `${report.project}: ${outcome(report)} after ${report.seconds.toFixed(1)} s; rows: ${rows || 'none'}`;
    if (report.code === 0) {
      log.info(line);
    } else {
      log.error(line);
    }
  }
}

/** The same as a table for people. */
export function reportTable(reports: readonly ProjectReport[]): string {
  const table = new Table({ head: ['project', 'outcome', 'file', 'rows'], style: { head: [], border: [] } });
  for (const report of reports) {
    const rows = [...rowsOf(report)];
    const lines = rows.length === 0 ? [['-', '0']] : rows.map(([file, count]) => [file, String(count)]);
    table.push(
      ...lines.map(([file = '', count = ''], index) => [
        index === 0 ? report.project : '',
        index === 0 ? outcome(report) : '',
        file,
        count,
      ]),
    );
  }
  return table.toString();
}
