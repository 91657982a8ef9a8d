import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvFile } from '../../../src/config/env-file.js';
import { ConfigError } from '../../../src/config/errors.js';

function read(text: string, outer: Record<string, string> = {}): Record<string, string> {
  const values = new Map<string, string>();
  readEnvFile(text, 'env', {
    lookup: (name) => outer[name] ?? values.get(name),
    assign: ({ name, value }) => values.set(name, value),
  });
  return Object.fromEntries(values);
}

describe('readEnvFile', () => {
  it.each([
    ['A=1', { A: '1' }],
    ['A=', { A: '' }],
    ['A=1\nB=2', { A: '1', B: '2' }],
    ['A=1 B=2; C=3', { A: '1', B: '2', C: '3' }],
    ['export A=1 B C=2\nexport D', { A: '1', C: '2' }],
    ['# comment\n  A=1 # comment\nB=2#no', { A: '1', B: '2#no' }],
    ["A='a b $C `d` \\ \"'", { A: 'a b $C `d` \\ "' }],
    ['A="a \\" \\$B \\\\ \\n \\`"', { A: 'a " $B \\ \\n `' }],
    ["A=a\\ b\\$c\\'", { A: "a b$c'" }],
    ['A="x"\'y\'z', { A: 'xyz' }],
    ['A="one\ntwo"\nB=\'three\nfour\'', { A: 'one\ntwo', B: 'three\nfour' }],
    ['A=one\\\ntwo B="a\\\nb"', { A: 'onetwo', B: 'ab' }],
    ['A=1\r\nB="2"\r\n', { A: '1', B: '2' }],
    ['A=x\nB=$A-${A}y$A', { A: 'x', B: 'x-xyx' }],
    ['A="$B"${C}', { A: '' }],
    ['A=x\nA=${A}y', { A: 'xy' }],
    ['A=5$ B="a$"', { A: '5$', B: 'a$' }],
    ['A=a=b,c*?[d]{e,f}!~', { A: 'a=b,c*?[d]{e,f}!~' }],
    ['\uFEFFA=1', { A: '1' }],
    ['export', {}],
    ['', {}],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('takes references from outside first, as that value is in force', () => {
    expect(read('A=file\nB=$A', { A: 'outside' })).toEqual({ A: 'file', B: 'outside' });
  });

  it('expands an unquoted ~ at the start of a value', () => {
    expect(read('A=~/.ssh/id B=~ C="~/x" D=a~ E=~user', { HOME: '/home/agent' })).toEqual({
      A: '/home/agent/.ssh/id',
      B: '/home/agent',
      C: '~/x',
      D: 'a~',
      E: '~user',
    });
  });

  it.each([
    ['A=1\nB=$(id)', 'env:2: $(…) and backquotes are not executed'],
    ['A="x`id`"', 'env:1: $(…) and backquotes are not executed'],
    ['A=1\n\nrm -rf /', 'env:3: expected NAME=value'],
    ['A=my password', 'env:1: expected NAME=value'],
    ['A = 1', 'env:1: expected NAME=value'],
    ['A=1; B', 'env:1: expected NAME=value'],
    ['export A=1; B', 'env:1: expected NAME=value'],
    ['A=1 && B=2', 'env:1: expected NAME=value'],
    ['A=1|B', 'env:1: put quotes around the "|" in the value of A'],
    ['A=(1 2)', 'env:1: put quotes around the "("'],
    ['A=x\nB="one\ntwo', 'env:2: the double quote in the value of B is never closed'],
    ["A='x\n", 'env:1: the single quote in the value of A is never closed'],
    ['A=${B:-x}', 'env:1: expected the name of a variable and }'],
    ['A=${}', 'env:1: expected the name of a variable and }'],
    ['A=pa$$word', 'env:1: $$ has no meaning here'],
    ["A=$'x'", "env:1: $'…' is not understood"],
    ['A=1 export B=2', 'env:1: expected NAME=value'],
    ['A+=1', 'env:1: expected NAME=value'],
    ['1A=1', 'env:1: expected NAME=value'],
    ['A="1\n2" B="3\n4"\noops', 'env:4: expected NAME=value'],
  ])('refuses %j', (text, message) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(message);
  });

  it('never puts a value into a message', () => {
    expect(() => read('PASSWORD=s3cret word')).toThrow(/^(?!.*(s3cret|word ))/);
  });

  it('reads back whatever stands in quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const single = `A='${value.replaceAll("'", "'\\''")}'`;
        const double = `B="${value.replace(/[\\$"`]/g, '\\$&')}"`;
        expect(read(`${single}\n${double}\n`)).toEqual({ A: value, B: value });
      }),
    );
  });

  it('either reads a text or throws a ConfigError', () => {
    const part = fc.constantFrom(
      'A',
      '=',
      "'",
      '"',
      '\\',
      '$',
      '{',
      '}',
      '(',
      '`',
      ' ',
      '\n',
      '\r',
      ';',
      '#',
      'export',
      '~',
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        try {
          read(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});
