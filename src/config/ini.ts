import { ConfigError } from './errors.js';

/** The value of an option, verbatim, and the line (from 1) that it stands on. */
export interface IniOption {
  readonly value: string;
  readonly line: number;
}

/** A section: its options by name in lower case, in file order. */
export interface IniSection {
  readonly line: number;
  readonly options: ReadonlyMap<string, IniOption>;
}

/** A file in the syntax of Python's `RawConfigParser`. */
export interface IniFile {
  /** Sections in file order, without `[DEFAULT]`. Names are as written: their case counts. */
  readonly sections: ReadonlyMap<string, IniSection>;
  /** Options of `[DEFAULT]`, which every section has unless it sets them itself. */
  readonly defaults: ReadonlyMap<string, IniOption>;
}

// Python's idea of white space, which is not JavaScript's (`\s` has U+FEFF and lacks U+001C to U+001F and U+0085).
const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingSpace = new RegExp(`^${space}*`);
const trailingSpace = new RegExp(`${space}$`);
const delimiter = /[=:]/;

interface OpenOption {
  readonly name: string;
  readonly line: number;
  readonly lines: string[];
}

interface OpenSection {
  readonly name: string;
  readonly line: number;
  readonly options: Map<string, OpenOption>;
}

function stripStart(text: string): string {
  return text.replace(leadingSpace, '');
}

// Walks back by hand: a regular expression would try again from every blank, which is slow on a hostile line.
function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && trailingSpace.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function strip(text: string): string {
  return stripEnd(stripStart(text));
}

class IniReader {
  private readonly sections = new Map<string, OpenSection>();
  private readonly defaults: OpenSection = { name: 'DEFAULT', line: 0, options: new Map() };
  private section: OpenSection | undefined;
  private option: OpenOption | undefined;
  private indent = 0;

  constructor(private readonly file: string) {}

  readLine(line: string, number: number): void {
    const text = strip(line);
    if (text.startsWith('#') || text.startsWith(';')) return;
    if (text === '') {
      this.option?.lines.push('');
      return;
    }
    const indent = line.length - stripStart(line).length;
    if (this.option !== undefined && indent > this.indent) {
      this.option.lines.push(text);
      return;
    }
    this.indent = indent;
    const header = /^\[(.+)\]/s.exec(text)?.[1];
    if (header === undefined) this.openOption(text, number);
    else this.openSection(header, number);
  }

  result(): IniFile {
    const sections = new Map<string, IniSection>();
    for (const { name, line, options } of this.sections.values())
      sections.set(name, { line, options: closed(options) });
    return { sections, defaults: closed(this.defaults.options) };
  }

  private openSection(name: string, line: number): void {
    this.option = undefined;
    if (name === this.defaults.name) {
      this.section = this.defaults;
      return;
    }
    const earlier = this.sections.get(name);
    if (earlier !== undefined) this.fail(line, `section [${name}] is already on line ${earlier.line}; merge the two`);
    this.section = { name, line, options: new Map() };
    this.sections.set(name, this.section);
  }

  private openOption(text: string, line: number): void {
    const at = text.search(delimiter);
    if (this.section === undefined) this.fail(line, 'expected a [section] before the first option');
    const { name: section, options } = this.section;
    if (at < 0) this.fail(line, `expected "option = value" or a [section] in section [${section}]`);
    const name = stripEnd(text.slice(0, at)).toLowerCase();
    if (name === '')
      this.fail(line, `expected the name of an option before "${text.charAt(at)}" in section [${section}]`);
    const earlier = options.get(name);
    if (earlier !== undefined) {
      this.fail(line, `option "${name}" of section [${section}] is already on line ${earlier.line}; remove one`);
    }
    this.option = { name, line, lines: [stripStart(text.slice(at + 1))] };
    options.set(name, this.option);
  }

  private fail(line: number, message: string): never {
    throw new ConfigError(`${this.file}:${line}`, message);
  }
}

function closed(options: ReadonlyMap<string, OpenOption>): ReadonlyMap<string, IniOption> {
  const result = new Map<string, IniOption>();
  for (const { name, line, lines } of options.values()) result.set(name, { value: stripEnd(lines.join('\n')), line });
  return result;
}

/**
 * Reads the syntax of Python's `configparser.RawConfigParser` with its default options: `=` or `:` between option and
 * value, `#` and `;` start a comment only at the start of a line, deeper indented lines continue a value, nothing is
 * interpolated.
 *
 * @param file name for messages
 * @throws ConfigError naming file and line where the file is malformed, or has a section or an option twice
 */
export function parseIni(text: string, file: string): IniFile {
  const reader = new IniReader(file);
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  lines.forEach((line, index) => {
    reader.readLine(line, index + 1);
  });
  return reader.result();
}
