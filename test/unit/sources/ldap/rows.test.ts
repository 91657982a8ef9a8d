import { describe, expect, it } from 'vitest';
import { rangeOf } from '../../../../src/sources/ldap/client.js';
import { memberRow } from '../../../../src/sources/ldap/rows.js';

const attributes = { userId: 'uid', displayName: 'displayName', userEmail: 'mail' };
const entry = (values: Readonly<Record<string, readonly string[]>>) => ({
  dn: 'uid=jan,dc=example',
  attributes: new Map(Object.entries(values)),
});

describe('the row of a member', () => {
  it('has the first value of each attribute', () => {
    const person = entry({ uid: ['jan', 'jj'], displayname: ['Jan'], mail: ['jan@example.org', 'jj@example.org'] });
    expect(memberRow(person, attributes)?.row).toEqual({ name: 'jan', display_name: 'Jan', email: 'jan@example.org' });
  });

  it('is not there without an address', () => {
    expect(memberRow(entry({ uid: ['jan'] }), attributes)).toBeUndefined();
  });

  it('is asked for in vain without a login name', () => {
    const person = entry({ displayname: ['Jan'], mail: ['jan@example.org'] });
    expect(() => memberRow(person, attributes)).toThrow(/no attribute uid; name another one with --user-id/);
  });
});

describe('the part of the values of an attribute', () => {
  it.each([
    [{ 'member;range=0-1': ['a', 'b'] }, { values: ['a', 'b'], next: 2 }],
    [{ 'member;range=2-*': ['c'] }, { values: ['c'] }],
    [{ member: ['a'] }, undefined],
    [{ 'member;range=x-*': ['a'] }, undefined],
    [{ 'memberuid;range=0-1': ['a'] }, undefined],
  ])('is read from %j', (values, part) => {
    expect(rangeOf(entry(values).attributes, 'Member')).toEqual(part);
  });
});
