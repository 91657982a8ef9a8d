import type { Row, RowValue } from './row.js';

const PLAIN = /^[ !#-[\]-~]*$/;
const NOT_ASCII = /[^ -~]/g;

/** Texts between the rows of an exported file: the layout of Python's `json.dump(rows, file, indent=4)`. */
export const LAYOUT = { start: '[\n', between: ',\n', end: '\n]', empty: '[]' } as const;

const fieldNames = new Map<string, string>();

/** One row as it stands in an exported file, in ASCII, indented, without what separates it from the next. */
export function formatRow(row: Row): string {
  let text = '';
  for (const field in row) {
    const value = row[field];
    if (value !== undefined) {
      text += `${text === '' ? '' : ',\n'}${formatField(field)}${formatValue(value)}`;
    }
  }
  return text === '' ? '    {}' : `    {\n${text}\n    }`;
}

function formatField(field: string): string {
  const known = fieldNames.get(field);
  if (known !== undefined) {
    return known;
  }
  const text = `        ${formatText(field)}: `;
  // Names come from the code; a table that takes them from outside must not fill the memory.
  if (fieldNames.size < 1000) {
    fieldNames.set(field, text);
  }
  return text;
}

function formatValue(value: RowValue): string {
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
