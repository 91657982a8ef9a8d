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

/** Text that is no JSON. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * @throws JsonError where the text is not JSON, in the words of Python where the engine tells the place:
 *   `Expecting value: line 1 column 10 (char 9)`
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = errorPosition(error instanceof Error ? error.message : '', text);
    throw new JsonError(position === undefined ? 'Expecting value' : `Expecting value: ${place(text, position)}`);
  }
}

function errorPosition(message: string, text: string): number | undefined {
  const [, position] = / at position (\d+)/.exec(message) ?? [];
  if (position !== undefined) {
    return Number(position);
  }
  return message.startsWith('Unexpected end') ? text.length : undefined;
}

function place(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n');
  return `line ${lines.length} column ${(lines.at(-1)?.length ?? 0) + 1} (char ${position})`;
}
