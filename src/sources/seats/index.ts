import path from 'node:path';
import { z } from 'zod';
import type { Logger } from '../../log/logger.js';
import { seats, seatsFiles } from '../../tables/catalogue/organisation.js';
import type { TableRow } from '../../tables/definition.js';
import { expandPattern } from '../glob.js';
import { type FileContents, type StepContext, type StepSource, Unchanged } from '../step-source.js';
import { readConfiguration, type SeatsConfiguration, type SeatsOptions } from './options.js';
import { readTeams, seatRows, type Teams } from './rows.js';

const tracker = seatsFiles.file;

/** `seats-to-json`: the seats of the project by month, from workbooks. */
export function seatsSource({ filenames = ['Seats.xls'], force = false }: SeatsOptions = {}): StepSource {
  return {
    step: 'seats-to-json',
    types: [],
    tables: [seats],
    trackers: [tracker],
    gather: (context, since) => {
      if (!force && wereRead(since[tracker], filenames)) {
        throw new Unchanged('workbooks of these names were read before; --force reads them again');
      }
      return gatherSeats(filenames, context);
    },
  };
}

async function* gatherSeats(
  filenames: readonly string[],
  context: StepContext,
): AsyncGenerator<TableRow, FileContents> {
  const configuration = await readConfiguration(context);
  const teams: Teams = new Map();
  for (const pattern of filenames) {
    for (const workbook of await findWorkbooks(pattern, context)) {
      context.signal.throwIfAborted();
      await readWorkbook(workbook, configuration, teams, context.log);
    }
  }
  const unknown = [...teams.keys()].filter((name) => !configuration.projects.has(name));
  if (unknown.length > 0) context.log.info(`Names that seats.yml gives to no project: ${unknown.join(', ')}`);
  yield* seatRows(teams, configuration.projects, context.project);
  return { [tracker]: JSON.stringify(filenames) };
}

interface FoundWorkbook {
  readonly file: string;
  /** Relative to the folder that it was found in. */
  readonly name: string;
}

/** Below the working directory, else among the dropins of the project. */
async function findWorkbooks(pattern: string, { home, dropins, log }: StepContext): Promise<readonly FoundWorkbook[]> {
  for (const folder of [path.resolve(home), path.resolve(dropins)]) {
    const names = await expandPattern(folder, pattern);
    if (names.length > 0) return names.map((name) => ({ file: path.join(folder, name), name }));
  }
  log.warn(`There is no workbook ${pattern}`);
  return [];
}

async function readWorkbook(
  { file, name }: FoundWorkbook,
  configuration: SeatsConfiguration,
  teams: Teams,
  log: Logger,
): Promise<void> {
  const { readSheet } = await import('../workbook/workbook.js');
  log.info(`Seats are read from ${name}`);
  const until = configuration.forecastDate(name);
  if (until === undefined) log.warn(`${name} has no date as option "filename" of seats.yml says: all its months count`);
  const sheet = await readSheet(file, configuration.sheet);
  const onMalformed = (row: number, column: number, what: string): void =>
    log.error(`${name}, row ${row + 1}, column ${column + 1}: this is no ${what}`);
  readTeams(sheet, { until, teams, onMalformed }, configuration);
}

/** Whether the tracker has the same names, in any order. */
function wereRead(text: string | undefined, filenames: readonly string[]): boolean {
  if (text === undefined) return false;
  const { data } = z.array(z.string()).safeParse(parseJson(text));
  const read = new Set(data);
  return data !== undefined && read.size === new Set(filenames).size && filenames.every((name) => read.has(name));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
