import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDelta } from '../../../../src/sources/quality-time/delta.js';

function sentence(key: string, old: string, value: string, names = 'X'): string {
  return `Jo changed the ${key} of metric '${names}' of subject '${names}' in report '${names}' from '${old}' to '${value}'.`;
}

describe('readDelta', () => {
  it('reads who changed what', () => {
    const text = sentence('near_target', '', '100');
    expect(readDelta(text, () => undefined)).toEqual({ user: 'Jo', key: 'near_target', old: '', new: '100' });
  });

  it.each([
    ["Jo changed the tags of metric 'X' of subject 'Y' in report 'Z' from '[]' to '['a']'."],
    ["Jo added a new metric to subject 'Y' in report 'Z'."],
    ["Jo changed the target of metric 'X' of subject 'Y' in report 'Z'."],
    [''],
  ])('passes over %s', (text) => {
    expect(readDelta(text, () => '')).toBeUndefined();
  });

  it('finds values by what is known to come after, whatever they hold', () => {
    // A name of a report that holds the words between the values cannot be told apart.
    const value = fc.string({ unit: fc.constantFrom("'", ' to ', ' from ', '\n', 'a', '.', '"') });
    fc.assert(
      fc.property(value, value, (old, after) => {
        expect(readDelta(sentence('comment', old, after), () => after)).toMatchObject({ old, new: after });
      }),
    );
  });

  it('takes the last word for the value where what comes after is not known', () => {
    const text = sentence('comment', "a' to 'b", 'c');
    expect(readDelta(text, () => 'something else')).toMatchObject({ old: "a' to 'b", new: 'c' });
  });
});
