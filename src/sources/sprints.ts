import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/errors.js';
import type { Logger } from '../log/logger.js';
import type { LocalTime } from '../tables/local-time.js';

const sprintSchema = z.object({ id: z.string(), start_date: z.string(), end_date: z.string() });
type SprintRow = z.output<typeof sprintSchema>;

interface Sprint {
  readonly id: string;
  /** Seconds since 1970, both inclusive. */
  readonly start: number;
  readonly end: number;
}

/** The sprints of a project, to tell in which one a moment lies. */
export class Sprints {
  private readonly sprints: readonly Sprint[];

  /** @param sprints in the order of the text of their starts, which the published numbers depend on */
  private constructor(sprints: readonly Sprint[]) {
    this.sprints = sprints;
  }

  static readonly none = new Sprints([]);

  /** Rows whose id or dates cannot be read are left out, with a line in the log. */
  static fromRows(rows: readonly SprintRow[], time: LocalTime, log: Logger): Sprints {
    const sorted = [...rows].sort((a, b) => compareText(a.start_date, b.start_date));
    return new Sprints(sorted.flatMap((row) => toSprint(row, time, log) ?? []));
  }

  /**
   * The sprint that started last before or at a moment, if the moment is not after its end; else the one that started
   * just before that, if the moment is not after its end. No further one is looked at.
   *
   * @param seconds since 1970
   * @returns the id, or "0"
   */
  find(seconds: number): string {
    const next = this.countStarted(seconds);
    const candidates = [this.sprints[next - 1], this.sprints[next - 2]];
    return candidates.find((sprint) => sprint !== undefined && seconds <= sprint.end)?.id ?? '0';
  }

  /** Bisection as Python's `bisect_right`: starts that are not in order give the same outcome as there. */
  private countStarted(seconds: number): number {
    let low = 0;
    let high = this.sprints.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const sprint = this.sprints[middle];
      if (sprint !== undefined && seconds < sprint.start) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function toSprint(row: SprintRow, time: LocalTime, log: Logger): Sprint | undefined {
  const id = row.id.trim();
  const start = time.parse(row.start_date);
  const end = time.parse(row.end_date);
  if (!/^\d+$/.test(id) || start === undefined || end === undefined) {
    log.warn({ sprint: row.id }, `Sprint ${row.id} has no usable id, start or end, and is left out`);
    return undefined;
  }
  return { id: id.replace(/^0+(?=\d)/, ''), start, end };
}

/**
 * Reads `data_sprint.json` of a project; no sprints where there is no such file.
 *
 * @param exportFolder `export/<PROJECT>`
 * @throws {ConfigError} where the file is malformed
 */
export async function loadSprints(exportFolder: string, time: LocalTime, log: Logger): Promise<Sprints> {
  const file = path.join(exportFolder, 'data_sprint.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    log.info(`No sprints to match with: there is no ${file}`);
    return Sprints.none;
  }
  return Sprints.fromRows(parseRows(text, file), time, log);
}

function parseRows(text: string, file: string): readonly SprintRow[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(file, 'is not JSON; remove it, or gather the sprints again');
  }
  const rows = z.array(sprintSchema).safeParse(value);
  if (!rows.success) throw new ConfigError(file, `holds no sprints: ${z.prettifyError(rows.error)}`);
  return rows.data;
}
