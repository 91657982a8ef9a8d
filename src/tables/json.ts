import type { Row, RowValue } from './row.js';

const PLAIN = /^[ !#-[\]-~]*$/;
const NOT_ASCII = /[^ -~]/g;

/** Texts between the rows of an exported file: the layout of Python's `json.dump(rows, file, indent=4)`. */
export const LAYOUT = { start: '[\n', between: ',\n', end: '\n]', empty: '[]' } as const;

/** A field as it was last formatted. */
interface FormattedField {
  /** What stands before its value. */
  readonly name: string;
  value: RowValue | undefined;
  text: string;
}

/** By their names. Many a field of a row has the value that it had in the row before. */
const lastFields = new Map<string, FormattedField>();

/** One row as it stands in an exported file, in ASCII, indented, without what separates it from the next. */
export function formatRow(row: Row): string {
  let text = '';
  for (const field in row) {
    const value = row[field];
    if (value !== undefined) {
      const formatted = formatField(field, value);
      text = text === '' ? formatted : `${text},\n${formatted}`;
    }
  }
  return text === '' ? '    {}' : `    {\n${text}\n    }`;
}

function formatField(field: string, value: RowValue): string {
  const last = lastFields.get(field) ?? rememberField(field);
  // A list may be the same one with other items.
  if (last.value !== value || typeof value === 'object') {
    last.value = value;
    last.text = `${last.name}${formatValue(value)}`;
  }
  return last.text;
}

function rememberField(field: string): FormattedField {
  const remembered = { name: `        ${formatText(field)}: `, value: undefined, text: '' };
  // Names come from the code; a table that takes them from outside must not fill the memory.
  if (lastFields.size < 1000) {
    lastFields.set(field, remembered);
  }
  return remembered;
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
