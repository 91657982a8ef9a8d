import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, KeySet } from '../../../src/tables/key-set.js';

describe('KeySet', () => {
  it('is a set of lists of texts', () => {
    const key = fc.array(fc.constantFrom('', 'a', 'b', 'ab', '1:a', '0:', ','), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        const set = new KeySet();
        const model = new Set<string>();
        for (const values of keys) {
          const name = JSON.stringify(values);
          expect(set.has(hashKey(values))).toBe(model.has(name));
          set.add(hashKey(values));
          model.add(name);
        }
        expect(set.size).toBe(model.size);
      }),
    );
  });

  it('keeps all keys while it grows', () => {
    const set = new KeySet();
    for (let index = 0; index < 20_000; index += 1) {
      set.add(hashKey([String(index)]));
    }
    for (let index = 0; index < 20_000; index += 1) {
      expect(set.has(hashKey([String(index)]))).toBe(true);
    }
    expect(set.size).toBe(20_000);
    expect(set.has(hashKey(['20000']))).toBe(false);
  });
});
