import { formatFloat, parseFloatText } from '../../tables/python-float.js';
import { documentText, isDocument } from './document-text.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A property of an object that is its own; undefined where it has none, or the value is no object. */
export function property(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** What people read in place of an object, the first of these that it has. */
const readable = ['displayName', 'key', 'name', 'accountId', 'filename', 'value', 'scope', 'votes', 'id'] as const;

const surrogate = /[\ud800-\udfff]/;

/** Text without halves of surrogate pairs, which no UTF-8 can hold. */
export function plain(text: string): string {
  return surrogate.test(text) ? text.replace(/\p{Surrogate}/gu, '?') : text;
}

/**
 * A value as text; undefined where there is none. Booleans and numbers are as Python writes them; an object is what
 * people know it by, with the choice below it where there is one; a rich text is its text.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return plain(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : formatFloat(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return value.flatMap((item: unknown) => textOf(item) ?? []).join(', ');
  return isObject(value) ? objectText(value) : undefined;
}

function objectText(value: JsonObject): string | undefined {
  if (isDocument(value)) return plain(documentText(value));
  const name = readable.find((field) => Object.hasOwn(value, field));
  const text = name === undefined ? undefined : textOf(value[name]);
  const child = textOf(property(value, 'child'));
  return text === undefined || child === undefined ? text : `${text} - ${child}`;
}

/**
 * A whole number as text, undefined for what is none: text is read as Python's `int()` reads it, what comes after the
 * point of a number is cut off.
 */
export function wholeNumber(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return Number.isFinite(value) ? String(BigInt(Math.trunc(value))) : undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  return /^[+-]?\d+$/.test(text) ? String(BigInt(text.replace(/^\+/, ''))) : undefined;
}

/** A number as Python writes a float; undefined for what is none. */
export function decimal(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? '1.0' : '0.0';
  const number = typeof value === 'string' ? parseFloatText(value) : value;
  return typeof number === 'number' ? formatFloat(number) : undefined;
}

const dateForm = /^\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?$/;
const usualMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+.].*|Z*)$/;
/** Stands for a date that is malformed. */
const noDate = '1900-01-01 00:00:00';

/** A date, or a date with time of the clock that it was written by: without fractions and offset, and not converted. */
export function dateText(value: unknown): string | undefined {
  if (typeof value === 'string' && usualMoment.test(value)) return `${value.slice(0, 10)} ${value.slice(11, 19)}`;
  const text = textOf(value);
  if (text === undefined) return undefined;
  const cut = text
    .replaceAll('T', ' ')
    .replace(/[+.].*$/s, '')
    .replace(/Z+$/, '');
  return dateForm.test(cut) ? cut : noDate;
}
