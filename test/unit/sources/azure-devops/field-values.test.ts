import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readField } from '../../../../src/sources/azure-devops/field-values.js';
import { type FieldType, fieldTypes, parseMapping } from '../../../../src/sources/azure-devops/mapping.js';
import { LocalTime } from '../../../../src/tables/local-time.js';

const time = new LocalTime('Europe/Amsterdam');
const read = (type: FieldType, value: unknown): string | undefined => readField(type, value, time).text;

describe('values of fields of work items', () => {
  it.each<readonly [FieldType, unknown, string | undefined]>([
    ['string', true, 'True'],
    ['string', false, 'False'],
    ['string', 42, '42'],
    ['string', 2.5, '2.5'],
    ['string', { displayName: 'Ann', uniqueName: 'ann@example.org' }, 'Ann <ann@example.org>'],
    ['string', null, undefined],
    ['unicode', 'half a pair \ud83d', 'half a pair ?'],
    ['integer', 2.9, '2'],
    ['integer', -2.9, '-2'],
    ['integer', 1e25, '10000000000000000905969664'],
    ['integer', ' 7 ', '7'],
    ['integer', '2.9', undefined],
    ['integer', true, '1'],
    ['decimal', 8, '8.0'],
    ['decimal', '13', '13.0'],
    ['decimal', 1e16, '1e+16'],
    ['decimal', 0.00001, '1e-05'],
    ['decimal', 'many', undefined],
    ['tags', '', '0'],
    ['tags', 'a', '1'],
    ['tags', 'a; b;c; d', '3'],
    ['tags', 3, undefined],
    ['timestamp', '2024-07-01T08:00:00.1234567Z', '2024-07-01 10:00:00'],
    ['timestamp', '2024-01-01T08:00:00+02:00', '2024-01-01 07:00:00'],
    ['timestamp', '2024-01-01T08:00:00', '2024-01-01 09:00:00'],
    ['timestamp', '0001-01-01T00:00:00Z', undefined],
    ['timestamp', 'soon', undefined],
    ['developer', 'Ann Lee <ann@example.org>', 'Ann Lee'],
    ['developer', 'Ann <the> Lee <ann@example.org>', 'Ann <the> Lee'],
    ['developer', { displayName: 'Ann Lee', uniqueName: 'ann@example.org' }, 'Ann Lee'],
    ['developer', { displayName: 'Ann Lee', uniqueName: 'Ann Lee' }, undefined],
    ['developer', 'Ann Lee', undefined],
    ['developer', '', undefined],
  ])('has the type %s read %j as %j', (type, value, expected) => {
    expect(read(type, value)).toBe(expected);
  });

  it('tells the address of a person', () => {
    const { developer } = readField('developer', 'Ann <EXAMPLE\\ann>', time);
    expect(developer).toEqual({ name: 'Ann', address: 'EXAMPLE\\ann' });
  });

  it('reads anything without failing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fieldTypes), fc.jsonValue(), (type, value) => {
        const text = read(type, value);
        return text === undefined || typeof text === 'string';
      }),
    );
  });
});

describe('the mapping of fields', () => {
  it('takes one field or a list, under either name', () => {
    const text =
      '{"a": {"type": "tags", "field": "A.B"}, "b": {"type": "string", "field": ["C", "D"]}, "c": {"type": "integer", "fields": ["E"]}, "d": {"type": "integer"}}';
    expect(parseMapping(text, 'vsts_fields.json')).toEqual([
      { name: 'a', type: 'tags', fields: ['A.B'] },
      { name: 'b', type: 'string', fields: ['C', 'D'] },
      { name: 'c', type: 'integer', fields: ['E'] },
      { name: 'd', type: 'integer', fields: [] },
    ]);
  });

  it.each(['{', '[]', '{"a": {"type": "poem"}}', '{"a": {"type": "string", "field": "x,y"}}'])('refuses %s', (text) => {
    expect(() => parseMapping(text, 'vsts_fields.json')).toThrow('vsts_fields.json');
  });
});
