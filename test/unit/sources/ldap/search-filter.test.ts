import fc from 'fast-check';
import { EqualityFilter, FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { parseSearchFilter } from '../../../../src/sources/ldap/search-filter.js';

describe('the filter that finds a member', () => {
  it.each([
    ['uid={}', '(uid=jan)'],
    ['(uid={0})', '(uid=jan)'],
    ['(&(objectClass=person)(|(uid={})(cn={})))', '(&(objectClass=person)(|(uid=jan)(cn=jan)))'],
    ['(&(uid={})(cn={{0}}))', '(&(uid=jan)(cn={0}))'],
  ])('is made from %s', (template, filter) => {
    expect(parseSearchFilter(template, 'search_filter')('jan')).toBe(filter);
  });

  it.each(['uid=jan', '', '{}', 'uid={1}', 'uid={', 'uid={}}', '(uid={}', 'uid={user}'])(
    'is refused: %s',
    (template) => {
      expect(() => parseSearchFilter(template, 'search_filter')).toThrow('with {} for the member');
    },
  );

  it('finds no other than the member, whatever it is', () => {
    const characters = ['(', ')', '*', '\\', '\0', '&', '|', '=', ' ', 'a', 'é', '😀'];
    const filter = parseSearchFilter('uid={}', 'search_filter');
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: fc.constantFrom(...characters) }), (member) => {
        const parsed = FilterParser.parseString(filter(member));
        expect(parsed).toBeInstanceOf(EqualityFilter);
        expect(parsed).toMatchObject({ attribute: 'uid' });
      }),
    );
  });
});
