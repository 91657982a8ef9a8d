import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { parseIni } from '../../../src/config/ini.js';

/** White space for Python that is none for `String.prototype.trim`. */
const pythonSpaces = '\x1c\x1d\x1e\x1f\x85';

function parse(text: string): Record<string, Record<string, string>> {
  const { sections } = parseIni(text, 'test.cfg');
  return Object.fromEntries(
    [...sections].map(([name, { options }]) => [
      name,
      Object.fromEntries([...options].map(([option, { value }]) => [option, value])),
    ]),
  );
}

describe('parseIni', () => {
  it('reads both delimiters, at the first of them, and lowers the case of options only', () => {
    expect(parse('[Jira]\nServer = http://a:8080/?x=y\nPassWord: a=b:c\n')).toEqual({
      Jira: { server: 'http://a:8080/?x=y', password: 'a=b:c' },
    });
  });

  it('keeps values verbatim: no interpolation, no inline comments, no quotes', () => {
    expect(parse('[a]\nb = %(c)s $D "q" # not ; a comment\n')).toEqual({ a: { b: '%(c)s $D "q" # not ; a comment' } });
  });

  it('takes hosts with dots, ports and IPv6 brackets as names of sections', () => {
    const names = ['git.example.org', 'git.example.org:8080', '127.0.0.1:9', '[::1]:80', '*', '_'];
    expect(Object.keys(parse(names.map((name) => `[${name}]\nenv=-\n`).join('')))).toEqual(names);
  });

  it('skips comment lines, also within a value, and keeps empty lines within a value', () => {
    expect(parse('# c\n[a]\n; c\nb = 1\n  # c\n\n  2\n\n\nd = 3\n')).toEqual({ a: { b: '1\n\n2', d: '3' } });
  });

  it('ends a value at a line that is not indented more than its option', () => {
    expect(parse('[a]\n  b = 1\n  c = 2\n    d = 3\n')).toEqual({ a: { b: '1', c: '2\nd = 3' } });
  });

  it('reads lines that end in CR LF, and a byte order mark', () => {
    expect(parse('\uFEFF[a]\r\nb = 1\r\n')).toEqual({ a: { b: '1' } });
  });

  it('keeps [DEFAULT] apart', () => {
    const { sections, defaults } = parseIni('[DEFAULT]\nx = 1\n[a]\ny = 2\n', 'test.cfg');
    expect([...sections.keys()]).toEqual(['a']);
    expect(defaults.get('x')).toEqual({ value: '1', line: 2 });
  });

  it('remembers lines', () => {
    const { sections } = parseIni('\n[a]\n\nb = 1\n  2\nc = 3\n', 'test.cfg');
    expect(sections.get('a')?.line).toBe(2);
    expect([...(sections.get('a')?.options ?? [])].map(([, { line }]) => line)).toEqual([4, 6]);
  });

  it.each([
    ['[a]\nb = 1\nB : 2\n', 'test.cfg:3: option "b" of section [a] is already on line 2'],
    ['[a]\n[b]\n[a]\n', 'test.cfg:3: section [a] is already on line 1'],
    ['b = 1\n', 'test.cfg:1: expected a [section]'],
    ['[a]\nverbose\n', 'test.cfg:2: expected "option = value"'],
    ['[a]\n= 1\n', 'test.cfg:2: expected the name of an option'],
    ['[]\n', 'test.cfg:1: expected a [section]'],
    ['[DEFAULT]\na = 1\n[b]\n[DEFAULT]\na = 2\n', 'test.cfg:5: option "a" of section [DEFAULT] is already on line 2'],
  ])('says where %j is wrong', (text, message) => {
    expect(() => parseIni(text, 'test.cfg')).toThrow(ConfigError);
    expect(() => parseIni(text, 'test.cfg')).toThrow(message);
  });

  it('reads back whatever single-line values are written', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,10}$/);
    const value = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]/.test(text) && text.trim() === text);
    const options = fc.dictionary(
      name,
      value.filter((text) => ![text.at(0), text.at(-1)].some((end) => pythonSpaces.includes(end ?? 'x'))),
    );
    fc.assert(
      fc.property(fc.dictionary(name, options), (file) => {
        const lines = Object.entries(file).flatMap(([section, values]) => [
          `[${section}]`,
          ...Object.entries(values).map(([option, text]) => `${option} = ${text}`),
        ]);
        expect(parse(lines.join('\n'))).toEqual({ ...file });
      }),
    );
  });

  it('either reads a text or throws a ConfigError, in linear time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('[', ']', 'a', ' ', '\t', '=', ':', '#', ';', '\n', '\r', '\u2028')),
        (parts) => {
          try {
            parseIni(parts.join(''), 'test.cfg');
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
    );
    const started = performance.now();
    parseIni(`[a]\nb =${' '.repeat(500_000)}x${' '.repeat(500_000)}x\n`, 'test.cfg');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
