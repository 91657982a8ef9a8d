import { RequestError } from './request-error.js';

/** Fields of a request by name, in the order in which their names came first. */
export type Fields = ReadonlyMap<string, readonly string[]>;
export type Field = readonly [name: string, value: string];

const MAX_FIELDS = 1000;

/**
 * Reads a query string or a urlencoded body by the rules that agents were made for: `+` is a space, a field without
 * `=` or with an empty value does not count, a malformed percent-escape stands for itself, and bytes that are no UTF-8
 * become U+FFFD.
 * @throws RequestError 400 on more than 1000 fields
 */
export function parseForm(text: string): readonly Field[] {
  const pairs = text.split('&', MAX_FIELDS + 1);
  if (pairs.length > MAX_FIELDS) {
    throw new RequestError(400, `At most ${MAX_FIELDS} fields may be specified`);
  }
  return pairs.flatMap((pair) => {
    const separator = pair.indexOf('=');
    const value = separator < 0 ? '' : decode(pair.slice(separator + 1));
    return value === '' ? [] : [[decode(pair.slice(0, separator)), value] as const];
  });
}

function decode(text: string): string {
  const plain = text.replaceAll('+', ' ');
  return plain.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

export function groupFields(fields: readonly Field[]): Fields {
  const groups = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const values = groups.get(name);
    if (values === undefined) {
      groups.set(name, [value]);
    } else {
      values.push(value);
    }
  }
  return groups;
}
