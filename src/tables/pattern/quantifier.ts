import type { Reader } from './reader.js';

const MOST_REPEATED = 1000;

/** Reads `*`, `+`, `?` or `{m,n}`: least and most; undefined where none stands there. */
export function readBounds(reader: Reader): readonly [number, number] | undefined {
  if (reader.take('*')) {
    return [0, Number.POSITIVE_INFINITY];
  }
  if (reader.take('+')) {
    return [1, Number.POSITIVE_INFINITY];
  }
  return reader.take('?') ? [0, 1] : readCounts(reader);
}

function readCounts(reader: Reader): readonly [number, number] | undefined {
  const position = reader.position;
  if (!reader.take('{') || reader.peek() === '}') {
    reader.back(position);
    return undefined;
  }
  const low = reader.takeWhile(/^[0-9]$/);
  const high = reader.take(',') ? reader.takeWhile(/^[0-9]$/) : low;
  if (!reader.take('}')) {
    // Braces that are no repeat stand for themselves.
    reader.back(position);
    return undefined;
  }
  const min = Number(low);
  const max = high === '' ? Number.POSITIVE_INFINITY : Number(high);
  if (min > MOST_REPEATED || (max > MOST_REPEATED && max !== Number.POSITIVE_INFINITY) || min > max) {
    reader.fail(`repeats more than ${MOST_REPEATED} times, or has its counts in the wrong order`);
  }
  return [min, max];
}
