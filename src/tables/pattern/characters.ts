import type { CharacterTest, Flags } from './syntax.js';

type Categories = Readonly<Record<string, CharacterTest>>;

const CATEGORIES: Categories = {
  d: (code) => /^\p{Nd}$/u.test(String.fromCodePoint(code)),
  s: isSpace,
  w: (code) => /^[\p{L}\p{N}_]$/u.test(String.fromCodePoint(code)),
};
const ASCII_CATEGORIES: Categories = {
  d: (code) => code >= 48 && code <= 57,
  s: (code) => code === 32 || (code >= 9 && code <= 13),
  w: (code) => /^[A-Za-z0-9_]$/.test(String.fromCodePoint(code)),
};

/** White space as Python has it: with the separators U+001C to U+001F and U+0085, without U+FEFF. */
function isSpace(code: number): boolean {
  return (
    (code >= 0x1c && code <= 0x1f) || code === 0x85 || (code !== 0xfeff && /^\s$/.test(String.fromCodePoint(code)))
  );
}

/** The set of `\d \D \s \S \w \W` with Python's meaning, or undefined for another letter. */
export function category(letter: string, flags: Flags): CharacterTest | undefined {
  const test = (flags.ascii ? ASCII_CATEGORIES : CATEGORIES)[letter.toLowerCase()];
  return test === undefined || letter === letter.toLowerCase() ? test : (code) => !test(code);
}

/** The characters that Python takes for the same when it ignores case, the character itself first. */
export function caseVariants(code: number, ascii: boolean): readonly number[] {
  if (ascii && code > 127) {
    return [code];
  }
  const text = String.fromCodePoint(code);
  const upper = text.toUpperCase();
  // Like Python, without the cases that are more than one character, but for the dotless rest of U+0130.
  const variants = [text, text.toLowerCase(), ...([...upper].length === 1 ? [upper, upper.toLowerCase()] : [])];
  const codes = variants.map((variant) => variant.codePointAt(0) ?? code);
  return [...new Set(codes)].filter((variant) => !ascii || variant <= 127);
}

export function sameCharacter(code: number, flags: Flags): CharacterTest {
  if (!flags.ignoreCase) {
    return (other) => other === code;
  }
  const variants = caseVariants(code, flags.ascii);
  return anyCase((other) => variants.includes(other), flags);
}

export function anyCase(test: CharacterTest, flags: Flags): CharacterTest {
  return (code) => caseVariants(code, flags.ascii).some(test);
}
