import type { Row, RowValue } from './row.js';

const PLAIN = /^[ !#-[\]-~]*$/;
const NOT_ASCII = /[^ -~]/g;

/** Texts between the rows of an exported file: the layout of Python's `json.dump(rows, file, indent=4)`. */
export const LAYOUT = { start: '[\n', between: ',\n', end: '\n]', empty: '[]' } as const;

/** One row as it stands in an exported file, in ASCII, indented, without what separates it from the next. */
export function formatRow(row: Row): string {
  const fields: string[] = [];
  for (const field in row) {
    const value = row[field];
    if (value !== undefined) fields.push(`${formatName(field)}${formatValue(value)}`);
  }
  return fields.length === 0 ? '    {}' : formatFields(fields.join(',\n'));
}

/** A row of fields that are formatted and joined. */
export function formatFields(text: string): string {
  return `    {\n${text}\n    }`;
}

/** The name of a field, and what separates it from its value. */
export function formatName(field: string): string {
  return `        ${formatText(field)}: `;
}

export function formatValue(value: RowValue): string {
  if (typeof value === 'string') {
    return formatText(value);
  }
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value);
  }
  const items = value.map((item) => `            ${item === null ? 'null' : formatText(item)}`);
  return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n        ]`;
}

/** A text as JSON in ASCII, as Python's `json.dumps` writes it. */
export function formatText(value: string): string {
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value).replace(NOT_ASCII, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
