import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeySet } from '../../../src/tables/key-set.js';

describe('KeySet', () => {
  it('is a set of lists of texts', () => {
    const key = fc.array(fc.constantFrom('', 'a', 'b', 'ab', '1:a', '0:', ','), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        const set = new KeySet();
        const model = new Set<string>();
        for (const values of keys) {
          const name = JSON.stringify(values);
          expect(set.has(values)).toBe(model.has(name));
          expect(set.add(values)).toBe(!model.has(name));
          model.add(name);
        }
        expect(set.size).toBe(model.size);
      }),
    );
  });

  it('keeps all keys while it grows', () => {
    const set = new KeySet();
    for (let index = 0; index < 20_000; index += 1) {
      expect(set.add([String(index)])).toBe(true);
    }
    for (let index = 0; index < 20_000; index += 1) {
      expect(set.has([String(index)])).toBe(true);
    }
    expect(set.has(['20000'])).toBe(false);
  });
});
