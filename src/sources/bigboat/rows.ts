import type { Row, RowValue } from '../../tables/row.js';
import { rowValueSchema } from '../../tables/row.js';
import { plain } from '../answers.js';
import { averagesSchema, numberSchema, type Status } from './schema.js';

/** By the order of preference. */
const valueNames = ['usedIps', 'used', 'loadavg', 'time'];
const maximumNames = ['totalIps', 'total'];

const wallClock = /^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?$/;
const noMoment = '1900-01-01 00:00:00';

/** The details of a status are such that nothing can be told from the answer. */
export class DetailsError extends Error {
  override readonly name = 'DetailsError';
}

/** @throws {DetailsError} where a detail that is a number elsewhere is none */
export function statusRow({ name, lastCheck, isOk, details }: Status): Row {
  return {
    name: plain(name),
    checked_time: checkedTime(lastCheck.ISO),
    ok: stateOf(isOk, name),
    value: numberOf(details, valueNames, name),
    max: numberOf(details, maximumNames, name),
  };
}

/** The moment as it is written, without fraction and zone: the controller takes it as UTC. */
function checkedTime(moment: unknown): string {
  const [beforeZone = ''] = String(moment).replaceAll('T', ' ').split('+', 1);
  const [beforeFraction = ''] = beforeZone.split('.', 1);
  const text = beforeFraction.replace(/Z+$/, '');
  return wallClock.test(text) ? text : noMoment;
}

function stateOf(value: unknown, name: string): RowValue {
  const { data, success } = rowValueSchema.safeParse(value);
  if (!success) throw new DetailsError(`the state of the check "${name}" is neither text nor number nor truth value`);
  return data;
}

function numberOf(details: Status['details'], names: readonly string[], check: string): number | boolean | null {
  const name = names.find((candidate) => Object.hasOwn(details, candidate));
  if (name === undefined) return null;
  const value = details[name];
  const average = names === valueNames ? averagesSchema.safeParse(value).data?.[15] : undefined;
  const number = numberSchema.safeParse(average ?? value);
  if (number.success) return number.data;
  throw new DetailsError(`the detail "${name}" of the check "${check}" is no number`);
}
