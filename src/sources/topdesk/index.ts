import type { Logger } from '../../log/logger.js';
import { reservations } from '../../tables/catalogue/organisation.js';
import type { TableRow } from '../../tables/definition.js';
import { PatternError } from '../../tables/pattern/errors.js';
import { findInput, InputError } from '../input-file.js';
import type { FileContents, StepContext, StepSource } from '../step-source.js';
import type { DumpRow } from './csv.js';
import { type Dump, readDump, type TopdeskOptions } from './options.js';
import { MalformedRow, reservationRow, UnreadableDate } from './rows.js';

/** `topdesk-to-json`: the reservations of rooms for the project in a dump of TOPdesk. */
export function topdeskSource(options: TopdeskOptions = {}): StepSource {
  return {
    step: 'topdesk-to-json',
    types: [],
    tables: [reservations],
    trackers: [],
    gather: (context) => gatherReservations(readDump(options, context), context),
  };
}

async function* gatherReservations(dump: Dump, context: StepContext): AsyncGenerator<TableRow, FileContents> {
  const { log, project } = context;
  const { projectPass, whitelist } = dump.selection;
  const file = await findInput(dump.file, context);
  if (projectPass === undefined && !whitelist.some((entry) => entry.project === project)) {
    log.warn(`Neither section [projects] nor [whitelist] of topdesk.cfg says which reservations belong to ${project}`);
    return {};
  }
  const { readRows } = await import('./csv.js');
  for await (const row of readRows(file, dump)) {
    const reservation = readReservation(row, dump, file, log);
    if (reservation !== undefined) yield reservation;
  }
  return {};
}

function readReservation(row: DumpRow, { selection }: Dump, file: string, log: Logger): TableRow | undefined {
  try {
    return reservationRow(row, selection);
  } catch (error) {
    if (error instanceof UnreadableDate) throw new InputError(file, error.message);
    if (error instanceof MalformedRow) log.error(`${file}: a row is left out: ${error.message}`);
    else if (error instanceof PatternError) log.error(`${file}, line ${row.line} is left out: ${error.message}`);
    else throw error;
    return undefined;
  }
}
