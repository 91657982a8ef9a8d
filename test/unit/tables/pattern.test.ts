import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PatternError } from '../../../src/tables/pattern/errors.js';
import { PythonPattern } from '../../../src/tables/pattern/pattern.js';
import { compileUsernameRules } from '../../../src/tables/usernames.js';

/** Random patterns, and what Python 3.11 made of them. */
const vectors = z
  .array(
    z.object({
      pattern: z.string(),
      replace: z.string(),
      text: z.string(),
      match: z.boolean().optional(),
      sub: z.string().optional(),
      error: z.enum(['pattern', 'replacement']).optional(),
    }),
  )
  .parse(JSON.parse(readFileSync(fileURLToPath(new URL('../../python-patterns.json', import.meta.url)), 'utf8')));

function outcome(source: string, replace: string, text: string): object {
  let pattern: PythonPattern;
  try {
    pattern = new PythonPattern(source);
  } catch {
    return { error: 'pattern' };
  }
  const match = pattern.matchesStart(text);
  try {
    return { match, sub: pattern.replaceAll(text, replace.replaceAll('$', '\\')) };
  } catch {
    return { match, error: 'replacement' };
  }
}

describe('PythonPattern', () => {
  it.each(vectors)('$pattern on $text does what Python does', ({ pattern, replace, text, ...expected }) => {
    expect(outcome(pattern, replace, text)).toEqual(expected);
  });

  it.each([
    ['(?P<org>\\w+)\\\\(?P<name>.*)', '\\g<name>@\\g<org>', 'ORG\\jan', 'jan@ORG'],
    ['(?i)jan', 'x', 'JAN jan', 'x x'],
    ['(?x) a  # the letter\n b', 'x', 'ab', 'x'],
    ['\\w+', 'x', 'Renée 日本 ²', 'x x x'],
    ['(?a)\\w+', 'x', 'Renée', 'xéx'],
    ['.', 'x', '\u{1f389}\n\r', 'x\nx'],
    ['$', 'x', 'a\n', 'ax\nx'],
    ['x*', '-', 'abxd', '-a-b--d-'],
    ['|a', '-', 'a', '---'],
    ['(a)|b', '[\\1]', 'ab', '[a][]'],
    ['(a*)*', 'x', 'aab', 'xxbx'],
    ['a{,2}', 'x', 'aaa', 'xxx'],
    ['a{}', 'x', 'a{}', 'x'],
    ['(?<=@)\\w+', 'x', 'a@b', 'a@x'],
    ['(<)?a(?(1)>|!)', 'x', '<a> a! <a!', 'x x <x'],
  ])('re.sub(%j, %j, %j) is %j', (pattern, replace, text, expected) => {
    expect(new PythonPattern(pattern).replaceAll(text, replace)).toBe(expected);
  });

  it.each([
    ['(', 'unterminated group'],
    ['a)', 'unbalanced parenthesis'],
    ['*a', 'nothing to repeat'],
    ['a**', 'multiple repeat'],
    ['[z-a]', 'bad character range'],
    ['[a', 'ends too early'],
    ['\\', 'ends too early'],
    ['\\q', 'not supported'],
    ['\\N{DIGIT ONE}', 'not supported'],
    ['\\1', 'does not have'],
    ['(?P<n>a)(?P<n>b)', 'repeated group name'],
    ['(?<=a*)b', 'without fixed width'],
    ['(?L)a', 'unsupported flag'],
    ['a(?i)', 'flags that are not at its start'],
    ['a{1001}', 'repeats more than'],
    ['((a{500}){500}){500}', 'too large'],
    ['('.repeat(100) + ')'.repeat(100), 'too deeply'],
  ])('refuses %j and says why', (pattern, message) => {
    expect(() => new PythonPattern(pattern)).toThrow(PatternError);
    expect(() => new PythonPattern(pattern)).toThrow(message);
  });

  it('fails on whatever else only by saying so, soon', () => {
    const token = fc.constantFrom(...'()[]{}?*+|^$\\.,:=!<>P#-0129abwdsWDSbBAZxuig\n é');
    const text = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join('')),
    );
    fc.assert(
      fc.property(text, fc.string(), fc.string({ unit: 'binary' }), (source, replace, input) => {
        try {
          new PythonPattern(source).replaceAll(input, replace);
        } catch (error) {
          expect(error).toBeInstanceOf(PatternError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('compileUsernameRules', () => {
  it.each([
    '(a+)+$',
    '(a*)*b',
    '(?:a|a)*c',
    '(\\w+\\s?)*@',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*)*(.*)*(.*)*(.*)*x',
    'ORG\\\\(\\w+\\d*)*!',
    '(?=(a+)+b)',
    '(.*a){20}',
  ])('refuses the pattern %j, which would hold the agent', (pattern) => {
    const start = performance.now();
    expect(() => compileUsernameRules([{ prefix: 'a', pattern }])).toThrow(/^usernames\[0\]: pattern takes too long/);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('refuses a prefix that backtracks', () => {
    expect(() => compileUsernameRules([{ prefix: '%%%%%%%%x' }])).toThrow('usernames[0]');
  });

  it('ends the search in a name that takes too long', () => {
    const rewrite = compileUsernameRules([{ prefix: '%', pattern: '\\w+@' }]);
    expect(rewrite('jan@example.org')).toBe('example.org');
    const start = performance.now();
    expect(() => rewrite('a'.repeat(20_000))).toThrow(PatternError);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it.each(['(\\w+\\.)*(\\w+)@.*', '^(.*)\\\\(.*)$', '[^@]+@(example|test)\\.(org|com)', '(?i)(adm|ext)[-_](.+)'])(
    'accepts the harmless pattern %j',
    (pattern) => {
      expect(() => compileUsernameRules([{ prefix: '%', pattern, replace: '$1' }])).not.toThrow();
    },
  );

  it('names the rule whose replacement does not fit', () => {
    const rules = [{ prefix: 'a' }, { prefix: 'b', pattern: 'b', replace: '$1' }];
    expect(() => compileUsernameRules(rules)).toThrow('usernames[1]: replacement refers to the group 1');
  });

  it('takes each name by the first rule whose prefix fits', () => {
    const rewrite = compileUsernameRules([
      { prefix: 'a_c', replace: 'ignored' },
      { prefix: 'a%', pattern: 'A', mutate: 'upper' },
      { prefix: 'Ä.%', pattern: '(.)', replace: '$1$1', mutate: 'lower' },
    ]);
    expect(['abcd', 'axA', 'Ä.', 'none'].map(rewrite)).toEqual(['d', 'ax', 'ää..', 'none']);
  });
});
