import { ConfigError } from './errors.js';

/** `NAME=value` of an environment file, with references replaced. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Line of the file, from 1, on which the name stands. */
  readonly line: number;
}

/** The variables that a file refers to and assigns, in the order in which it does. */
export interface AssignmentScope {
  lookup(name: string): string | undefined;
  assign(assignment: Assignment): void;
}

const nameStart = /[A-Za-z_]/;
const namePart = /[A-Za-z0-9_]/;
const operators = '|&<>()';
const escapedInDoubleQuotes = '$`"\\';
const specialParameters = '0123456789@*#?!$-';

/** What the words of a line are part of: nothing yet, assignments, or `export` with its names. */
type Command = 'none' | 'assignment' | 'export';

class EnvFileReader {
  private at = 0;
  private line = 1;
  /** Assignments of an `export`, which take effect together: none of them sees another's value. */
  private readonly pending: Assignment[] = [];

  constructor(
    private readonly text: string,
    private readonly file: string,
    private readonly scope: AssignmentScope,
  ) {}

  read(): void {
    let command: Command = 'none';
    while (true) {
      if (!this.skipToWord()) {
        this.assignPending();
        command = 'none';
      }
      if (this.at >= this.text.length) return;
      command = this.readWord(command);
    }
  }

  /** Skips blanks, comments and ends of commands; false where a command ended. */
  private skipToWord(): boolean {
    let sameCommand = true;
    while (this.at < this.text.length) {
      if (this.peek() === '#') this.skipComment();
      else if (this.skipContinuation()) continue;
      else if (' \t\r'.includes(this.peek())) this.take();
      else if ('\n;'.includes(this.peek())) {
        this.take();
        sameCommand = false;
      } else return sameCommand;
    }
    return false;
  }

  private skipComment(): void {
    while (this.at < this.text.length && this.peek() !== '\n') this.take();
  }

  /** Reads an assignment, `export`, or a name that is exported; what command it is part of. */
  private readWord(command: Command): Command {
    const { line } = this;
    const name = this.takeName();
    if (name !== '' && this.peek() === '=') {
      this.take();
      this.pending.push({ name, value: this.readValue(name), line });
      if (command === 'export') return command;
      this.assignPending();
      return 'assignment';
    }
    if (this.atWordEnd() && (name === 'export' ? command === 'none' : name !== '' && command === 'export')) {
      return 'export';
    }
    return this.fail(
      'expected NAME=value, without spaces around "=" and with quotes around a value that has spaces; nothing is executed',
      line,
    );
  }

  private assignPending(): void {
    for (const assignment of this.pending.splice(0)) this.scope.assign(assignment);
  }

  private readValue(name: string): string {
    let value = this.readHome();
    while (!this.atWordEnd()) {
      const character = this.peek();
      if (character === "'") value += this.readSingleQuoted(name);
      else if (character === '"') value += this.readDoubleQuoted(name);
      else if (character === '\\') value += this.readEscape();
      else if (character === '$') value += this.readReference(false);
      else if (character === '`') this.failOnCommand();
      else if (operators.includes(character)) {
        this.fail(`put quotes around the "${character}" in the value of ${name}; nothing is executed`, this.line);
      } else value += this.take();
    }
    return value;
  }

  /** An unquoted `~` that starts a value, alone or before a slash, is the home folder. */
  private readHome(): string {
    if (!/^~(?:[/\s;]|$)/.test(this.text.slice(this.at, this.at + 2))) return '';
    this.take();
    return this.valueOf('HOME') || '~';
  }

  private readSingleQuoted(name: string): string {
    const { line } = this;
    this.take();
    let value = '';
    while (this.peek() !== "'") {
      if (this.at >= this.text.length) this.fail(`the single quote in the value of ${name} is never closed`, line);
      value += this.take();
    }
    this.take();
    return value;
  }

  private readDoubleQuoted(name: string): string {
    const { line } = this;
    this.take();
    let value = '';
    while (this.peek() !== '"') {
      if (this.at >= this.text.length) this.fail(`the double quote in the value of ${name} is never closed`, line);
      if (this.peek() === '\\') value += this.readEscape(escapedInDoubleQuotes);
      else if (this.peek() === '$') value += this.readReference(true);
      else if (this.peek() === '`') this.failOnCommand();
      else value += this.take();
    }
    this.take();
    return value;
  }

  /** A backslash and what it protects: one of the given characters, or whichever follows. */
  private readEscape(escaped?: string): string {
    if (this.skipContinuation()) return '';
    const backslash = this.take();
    const next = this.peek();
    if (next === '' || (escaped !== undefined && !escaped.includes(next))) return backslash;
    return this.take();
  }

  private readReference(quoted: boolean): string {
    const { line } = this;
    this.take();
    const character = this.peek();
    if (character === '(') this.failOnCommand();
    if (!quoted && (character === "'" || character === '"')) {
      this.fail(`$${character}…${character} is not understood; leave the dollar sign out`, line);
    }
    if (nameStart.test(character)) return this.valueOf(this.takeName());
    if (character === '{') return this.readBracedReference(line);
    if (character !== '' && specialParameters.includes(character)) {
      this.fail(`$${character} has no meaning here; use single quotes around a value with a dollar sign`, line);
    }
    return '$';
  }

  private readBracedReference(line: number): string {
    this.take();
    const name = this.takeName();
    if (name === '' || this.peek() !== '}') {
      this.fail(
        'expected the name of a variable and } after ${; use single quotes around a value with a dollar sign',
        line,
      );
    }
    this.take();
    return this.valueOf(name);
  }

  private valueOf(name: string): string {
    return this.scope.lookup(name) ?? '';
  }

  private takeName(): string {
    let name = '';
    if (!nameStart.test(this.peek())) return name;
    while (this.skipContinuation() || namePart.test(this.peek())) {
      if (namePart.test(this.peek())) name += this.take();
    }
    return name;
  }

  private atWordEnd(): boolean {
    return this.at >= this.text.length || ' \t\n;'.includes(this.peek()) || this.text.startsWith('\r\n', this.at);
  }

  /** Skips a backslash at the end of a line; false where there is none. */
  private skipContinuation(): boolean {
    const continuation = ['\\\n', '\\\r\n'].find((end) => this.text.startsWith(end, this.at));
    if (continuation === undefined) return false;
    this.at += continuation.length;
    this.line += 1;
    return true;
  }

  /** The next character, or an empty string at the end. */
  private peek(): string {
    return this.text.charAt(this.at);
  }

  private take(): string {
    const character = this.peek();
    this.at += 1;
    if (character === '\n') this.line += 1;
    return character;
  }

  private failOnCommand(): never {
    return this.fail('$(…) and backquotes are not executed; write the value itself', this.line);
  }

  private fail(message: string, line: number): never {
    throw new ConfigError(`${this.file}:${line}`, message);
  }
}

/**
 * Reads a file of assignments as a POSIX shell would source it, without executing anything: quotes, backslashes,
 * `export`, comments, `$NAME` and `${NAME}`, values over several lines, several assignments on a line.
 *
 * @param file name for messages
 * @throws ConfigError naming file and line for anything but assignments
 */
export function readEnvFile(text: string, file: string, scope: AssignmentScope): void {
  new EnvFileReader(text.replace(/^\uFEFF/, ''), file, scope).read();
}
