import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupFields, parseForm } from '../../../src/controller/form.js';
import { RequestError } from '../../../src/controller/request-error.js';

describe('parseForm', () => {
  it.each([
    ['', []],
    ['a', []],
    ['a=', []],
    ['=b', [['', 'b']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a+b=c+d', [['a b', 'c d']]],
    [
      'a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['a=%2', [['a', '%2']]],
    ['a=%zz%41', [['a', '%zzA']]],
    ['a=%C3%89', [['a', 'É']]],
    ['a=%ff', [['a', '\ufffd']]],
    ['a=%26%3D%25', [['a', '&=%']]],
    ['a=b;c=d', [['a', 'b;c=d']]],
  ])('reads %j', (text, fields) => {
    expect(parseForm(text)).toEqual(fields);
  });

  it('reads whatever a client encodes by the standard', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', minLength: 1 })));
    fc.assert(
      fc.property(pairs, (fields) => {
        expect(parseForm(new URLSearchParams(fields).toString())).toEqual(fields);
      }),
    );
  });

  it('agrees with the standard on any ASCII text, but for fields without a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab=&%+41cCfF'), maxLength: 60 }), (text) => {
        expect(parseForm(text)).toEqual([...new URLSearchParams(`&${text}`)].filter(([, value]) => value !== ''));
      }),
    );
  });

  it('refuses to collect fields without end', () => {
    expect(() => parseForm('a=b&'.repeat(1001))).toThrow(RequestError);
  });

  it('groups values by name, in the order of the names', () => {
    const grouped = groupFields(parseForm('b=1&a=2&b=3&__proto__=4'));
    expect([...grouped]).toEqual([
      ['b', ['1', '3']],
      ['a', ['2']],
      ['__proto__', ['4']],
    ]);
  });
});
