import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFloat, parseFloatText } from '../../../src/tables/python-float.js';

describe('formatFloat', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [10, '10.0'],
    [-2.5, '-2.5'],
    [0.1 + 0.2, '0.30000000000000004'],
    [31 / 3, '10.333333333333334'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('writes %d as %s', (value, text) => {
    expect(formatFloat(value)).toBe(text);
  });

  it('writes what is read back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseFloatText(formatFloat(value))).toBe(value);
      }),
    );
  });
});

describe('parseFloatText', () => {
  it.each([
    [' 2.5 ', 2.5],
    ['1e2', 100],
    ['+.5', 0.5],
    ['5.', 5],
    ['1_000.5', 1000.5],
    ['-7E-1', -0.7],
  ])('reads %j', (text, value) => {
    expect(parseFloatText(text)).toBe(value);
  });

  it.each(['', ' ', '.', 'e5', '1,5', '1_', '_1', '1__0', '0x10', 'nan', 'inf', '1e999', '2 seats'])(
    'takes %j for no number',
    (text) => {
      expect(parseFloatText(text)).toBeUndefined();
    },
  );
});
