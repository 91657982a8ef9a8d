const hex = '[0-9a-fA-F]';
const escapeSequence = new RegExp(
  String.raw`\\(?:x(${hex}{2})|u(${hex}{4})|U(${hex}{8})|([0-7]{1,3})|([\\'"abfnrtv]))`,
  'g',
);
const letters: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A text with the escapes that Python's strings have, such as `be\xebindigen`, decoded; what is none stays. */
export function decodeEscapes(text: string): string {
  return text.replace(escapeSequence, (whole, byte, short, long, octal, letter) => {
    if (letter !== undefined) return letters[letter] ?? letter;
    const code = octal === undefined ? Number.parseInt(byte ?? short ?? long, 16) : Number.parseInt(octal, 8);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
