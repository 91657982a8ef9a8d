import { reservations } from '../../tables/catalogue/organisation.js';
import type { TableRow } from '../../tables/definition.js';
import { isMoment } from '../../tables/local-time.js';
import type { DumpRow } from './csv.js';
import type { Selection } from './options.js';

/** A row that cannot be read; the message names its line and field, and nothing that stands in it. */
export class MalformedRow extends Error {
  override readonly name = 'MalformedRow';
}

/** A reservation whose moment cannot be read: what the dump looks like is not what it is taken for. */
export class UnreadableDate extends Error {
  override readonly name = 'UnreadableDate';
}

const first = String.raw`\p{Lu}(?:\p{Ll}+|\.)`;
const last = String.raw`\p{Lu}\p{Ll}{2,}`;
const affix = '(?: (?:van(?: t| de| den| der)?|de))?';
const full = `${first}${affix} ${last}(?: ${last})?`;
const more = String.raw` \(\p{Lu}[^)]+\)| - \p{Lu}[\p{L}\p{N}_-]+| en ${full}`;
/** What is only the name of a person, or two: "Jan de Vries (extern)". */
const personName = new RegExp(`^${full}(?:${more})?\\n?$`, 'u');

const dateTime = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2})\s*$/;

/**
 * The reservation of a row; undefined where it is not the project's.
 *
 * @throws {MalformedRow} where the row ends too early
 * @throws {UnreadableDate} where it is the project's, and has a moment that is none
 * @throws {PatternError} where searching the description takes too long
 */
export function reservationRow({ line, cell }: DumpRow, selection: Selection): TableRow | undefined {
  const text = (field: string): string => {
    const value = cell(field);
    if (value === undefined) throw new MalformedRow(`line ${line} ends before the column of ${field}`);
    return value;
  };
  const description = text('description');
  const requester = text('requester');
  if (selection.blacklist?.occursIn(description) === true) return undefined;
  if (isNamedIn(description, requester, selection)) return undefined;
  if (ownerOf(description, cell('project_pass'), selection) !== selection.project) return undefined;
  const moment = (field: string): string => readMoment(text(field), field, line);
  return {
    table: reservations,
    row: {
      reservation_id: text('reservation_id'),
      requester,
      number_of_people: text('number_of_people'),
      description,
      start_date: moment('start_date'),
      end_date: moment('end_date'),
      prepare_date: moment('prepare_date'),
      close_date: moment('close_date'),
    },
  };
}

/** Whether each word of the requester is in the description: then it is about a person. Without words it is too. */
function isNamedIn(description: string, requester: string, { keepWithoutRequester }: Selection): boolean {
  const words = requester.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return !keepWithoutRequester;
  return words.every((word) => description.includes(word));
}

/** The project that a reservation belongs to; undefined where it is nobody's, or a person's. */
function ownerOf(
  description: string,
  pass: string | undefined,
  { project, projectPass, whitelist, whitelistOnly }: Selection,
): string | undefined {
  let isListed = false;
  for (const entry of whitelist) {
    if (!entry.pattern.occursIn(description)) continue;
    if (entry.project !== undefined) return entry.project;
    isListed = true;
  }
  if (!isListed && (whitelistOnly || personName.test(description))) return undefined;
  return projectPass !== undefined && pass === projectPass ? project : undefined;
}

function readMoment(text: string, field: string, line: number): string {
  const [year = '', ...others] = dateTime.exec(text)?.slice(1) ?? [];
  const [month, day, hour, minute] = others.map((part) => part.padStart(2, '0'));
  const moment = `${year}-${month}-${day} ${hour}:${minute}:00`;
  if (isMoment(moment)) return moment;
  throw new UnreadableDate(`line ${line}: ${field} is no moment; expected YYYY-MM-DD HH:MM`);
}
