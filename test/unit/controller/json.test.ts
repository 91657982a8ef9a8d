import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson, JsonError, parseJson } from '../../../src/controller/json.js';

describe('formatJson', () => {
  it('writes as Python does', () => {
    expect(formatJson({ a: [1, null, true], é: '🎉\u007f"\n', b: {}, c: [] })).toBe(
      '{"a": [1, null, true], "\\u00e9": "\\ud83c\\udf89\\u007f\\"\\n", "b": {}, "c": []}',
    );
  });

  it('writes ASCII that reads back the same', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (value) => {
        const text = formatJson(value);
        expect(text).toMatch(/^[ -~]*$/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('parseJson', () => {
  it.each([
    ['{"user": ', 'Expecting value: line 1 column 10 (char 9)'],
    ['', 'Expecting value: line 1 column 1 (char 0)'],
    ['{"a": 1,\n"b":', 'Expecting value: line 2 column 5 (char 13)'],
    ['{\n"a": x}', 'Expecting value'],
  ])('words the mistake of %j', (text, message) => {
    expect(() => parseJson(text)).toThrow(new JsonError(message));
  });

  it('fails on any text with nothing but a JsonError', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
        }
      }),
    );
  });
});
