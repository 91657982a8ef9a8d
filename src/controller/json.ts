import { formatText } from '../tables/json.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * JSON in the form that Python's `json.dumps` gives it: a space behind `,` and `:`, and ASCII only. Agents and the
 * programs that read the controller's files were made with that form.
 */
export function formatJson(value: Json): string {
  if (Array.isArray(value)) {
    return `[${value.map(formatJson).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${formatText(name)}: ${formatJson(member)}`);
    return `{${members.join(', ')}}`;
  }
  return typeof value === 'string' ? formatText(value) : JSON.stringify(value);
}

/** JSON that could not be parsed, placed as Python places it: `Expecting value: line 1 column 10 (char 9)`. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** @throws JsonError where the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = errorPosition(error, text);
    const before = text.slice(0, position).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new JsonError(`Expecting value: line ${before.length} column ${column} (char ${position})`);
  }
}

/** V8 names the position of an unexpected character, but not that of an unexpected end. */
function errorPosition(error: unknown, text: string): number {
  const match = error instanceof Error ? / at position (\d+)/.exec(error.message) : null;
  return match === null ? text.length : Number(match[1]);
}
