import { DropboxError } from '../failure.js';
import { type Character, expandBraces, mostPaths, type Word } from './braces.js';

/** What a client asks for with `scp -t` or `scp -f`. */
export interface ScpCommand {
  /** `receive`: the client sends (`-t`); `send`: the client fetches (`-f`). */
  readonly direction: 'receive' | 'send';
  readonly recursive: boolean;
  readonly preserve: boolean;
  /** `-d`: the target must be a folder. */
  readonly intoFolder: boolean;
  readonly paths: readonly string[];
}

const longestCommand = 4096;
/** What would mean something to a shell; there is none here, so it is refused rather than taken for a name. */
const special = new Set(['|', '&', ';', '<', '>', '(', ')', '$', '`', '*', '?', '[', ']', '!', '#']);

function refuse(reason: string): DropboxError {
  return new DropboxError('denied', `Permission denied: ${reason}`);
}

/** Splits a command line into words: backslash and quotes are understood, nothing is ever expanded or run. */
class Splitter {
  readonly #words: Character[][] = [];
  #word: Character[] | undefined;
  #quote = '';

  constructor(private readonly command: string) {}

  words(): readonly Word[] {
    const letters = [...this.command];
    for (let index = 0; index < letters.length; index += 1) {
      index += this.#take(letters[index] ?? '', letters[index + 1]);
    }
    if (this.#quote !== '') {
      throw refuse('a quote is not closed');
    }
    return this.#words;
  }

  /** @returns how many of the letters that follow were taken too */
  #take(letter: string, next: string | undefined): number {
    if (this.#quote !== '') {
      this.#takeQuoted(letter);
      return 0;
    }
    if (letter === '\\') {
      return this.#takeEscaped(next);
    }
    if (letter === "'" || letter === '"') {
      this.#quote = letter;
      this.#current();
    } else if (letter === ' ') {
      this.#word = undefined;
    } else if (special.has(letter)) {
      throw refuse(`${letter} is not allowed in commands`);
    } else {
      this.#current().push({ text: letter, plain: false });
    }
    return 0;
  }

  #takeQuoted(letter: string): void {
    if (letter === this.#quote) {
      this.#quote = '';
    } else if (this.#quote === '"' && /[$`\\]/.test(letter)) {
      throw refuse(`${letter} is not allowed between double quotes`);
    } else {
      this.#current().push({ text: letter, plain: true });
    }
  }

  /** Braces keep their meaning, as agents escape them on their way through their own shell. */
  #takeEscaped(next: string | undefined): number {
    if (next === undefined) {
      throw refuse('a backslash at the end');
    }
    this.#current().push({ text: next, plain: next !== '{' && next !== '}' });
    return 1;
  }

  #current(): Character[] {
    if (this.#word === undefined) {
      this.#word = [];
      this.#words.push(this.#word);
    }
    return this.#word;
  }
}

function textOf(word: Word): string {
  return word.map((character) => character.text).join('');
}

/** How many words are options, and their letters. */
function readOptions(words: readonly Word[]): { readonly letters: string; readonly count: number } {
  let letters = '';
  for (const [index, word] of words.entries()) {
    const text = textOf(word);
    if (text === '--') {
      return { letters, count: index + 1 };
    }
    if (!text.startsWith('-')) {
      return { letters, count: index };
    }
    if (!/^-[tfdrpvq]+$/.test(text)) {
      throw refuse(`scp option ${JSON.stringify(text.slice(0, 20))} is not allowed`);
    }
    letters += text.slice(1);
  }
  return { letters, count: words.length };
}

/**
 * Parses the command that an scp client of any age sends: `scp -t`, `scp -d -t`, `scp -f` and their further options.
 *
 * @throws DropboxError for every other command, and for anything that only a shell could understand
 */
export function parseScpCommand(command: string): ScpCommand {
  if (command.length > longestCommand || /\p{Cc}/u.test(command)) {
    throw refuse('the command is too long or has control characters');
  }
  const [program, ...words] = new Splitter(command).words();
  if (program === undefined || textOf(program) !== 'scp') {
    throw refuse('only scp and sftp are served');
  }
  const { letters, count } = readOptions(words);
  const receives = letters.includes('t');
  if (receives === letters.includes('f')) {
    throw refuse('scp needs either -t or -f');
  }
  const paths = words.slice(count).flatMap((word) => expandBraces(word));
  if (paths.length === 0 || paths.length > (receives ? 1 : mostPaths)) {
    throw refuse(receives ? 'scp -t needs one path' : `scp -f needs between 1 and ${mostPaths} paths`);
  }
  return {
    direction: receives ? 'receive' : 'send',
    recursive: letters.includes('r'),
    preserve: letters.includes('p'),
    intoFolder: letters.includes('d'),
    paths,
  };
}
