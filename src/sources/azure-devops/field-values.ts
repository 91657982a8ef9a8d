import { z } from 'zod';
import type { LocalTime } from '../../tables/local-time.js';
import { formatFloat, parseFloatText } from '../../tables/python-float.js';
import { plain, secondOf } from '../answers.js';
import type { FieldType } from './mapping.js';

/** A person as work items name them. */
export interface Developer {
  readonly name: string;
  readonly address: string;
}

/** What a field of a work item becomes; undefined where it cannot be read as its type. */
export interface FieldValue {
  readonly text: string | undefined;
  /** Who it names. */
  readonly developer?: Developer;
}

/** Newer versions of the API have people as objects, where older ones have a line of text. */
const personSchema = z
  .object({ displayName: z.string(), uniqueName: z.string().optional() })
  .transform(({ displayName, uniqueName }) =>
    uniqueName === undefined || uniqueName === displayName ? displayName : `${displayName} <${uniqueName}>`,
  );
const valueSchema = z.union([z.string(), z.number(), z.boolean(), personSchema]);
type Value = z.output<typeof valueSchema>;

/** The first year that columns of dates can have. */
const firstYear = Date.UTC(1000, 0, 2);
const withZone = /(?:Z|[+-]\d{2}:?\d{2})$/i;

/** Reads a value as the text that Python has for it, which columns are compared with. */
export function readField(type: FieldType, field: unknown, time: LocalTime): FieldValue {
  const { data } = valueSchema.safeParse(field);
  if (data === undefined) return { text: undefined };
  if (type !== 'developer') return { text: readers[type](data, time) };
  const developer = readDeveloper(data);
  return developer === undefined ? { text: undefined } : { text: developer.name, developer };
}

const readers: Readonly<
  Record<Exclude<FieldType, 'developer'>, (value: Value, time: LocalTime) => string | undefined>
> = {
  string: readText,
  unicode: readText,
  integer: readInteger,
  decimal: readDecimal,
  timestamp: readMoment,
  tags: readTags,
};

function readText(value: Value): string {
  if (typeof value === 'string') return plain(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Number.isInteger(value) ? String(value) : formatFloat(value);
}

function readInteger(value: Value): string | undefined {
  if (typeof value === 'string') {
    const text = value.trim().replaceAll('_', '');
    return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')).toString() : undefined;
  }
  const number = Number(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)).toString() : undefined;
}

function readDecimal(value: Value): string | undefined {
  const number = typeof value === 'string' ? parseFloatText(value) : Number(value);
  return number === undefined ? undefined : formatFloat(number);
}

/** What has no zone is UTC. */
function readMoment(value: Value, time: LocalTime): string | undefined {
  if (typeof value !== 'string') return undefined;
  const moment = !value.includes('T') || withZone.test(value) ? value : `${value}Z`;
  const milliseconds = Date.parse(moment);
  return Number.isNaN(milliseconds) || milliseconds < firstYear ? undefined : time.format(secondOf(moment));
}

function readTags(value: Value): string | undefined {
  if (typeof value !== 'string') return undefined;
  return String(value === '' ? 0 : value.split('; ').length);
}

function readDeveloper(value: Value): Developer | undefined {
  const [, name, address] = typeof value === 'string' ? (/^(.*) <(.*)>$/.exec(value) ?? []) : [];
  return name === undefined || address === undefined ? undefined : { name: plain(name), address: plain(address) };
}
