import { expect, it } from 'vitest';
import { RecentMap } from '../../../src/git/recent-map.js';

it('remembers what was asked for lately, and no more than it may', () => {
  const map = new RecentMap<number, string>(3);
  map.set(0, 'kept');
  for (let key = 1; key < 100; key++) {
    map.set(key, String(key));
    expect(map.get(0)).toBe('kept');
    expect(map.get(key)).toBe(String(key));
  }
  const held = Array.from({ length: 100 }, (_, key) => map.get(key)).filter((value) => value !== undefined);
  expect(held.length).toBeLessThanOrEqual(6);
  expect(map.get(1)).toBeUndefined();
});
