import { describe, expect, it } from 'vitest';
import { DetailsError, statusRow } from '../../../src/sources/bigboat/rows.js';
import { statusSchema } from '../../../src/sources/bigboat/schema.js';

function row(details: unknown, moment: unknown = '2024-03-01T10:11:12Z', isOk: unknown = true) {
  return statusRow(statusSchema.parse({ name: 'check', lastCheck: { ISO: moment }, isOk, details }));
}

describe('a row of bigboat_status', () => {
  it('has the first of the details that are values, and of those that are bounds', () => {
    expect(row({ time: 4, loadavg: { 15: 3 }, used: 1, total: 10 })).toMatchObject({ value: 1, max: 10 });
    expect(row({ time: 4, loadavg: { 1: 2, 15: 0 } })).toMatchObject({ value: 0, max: null });
  });

  it.each([
    { used: 'many' },
    { used: null },
    { loadavg: { 1: 1 } },
    { loadavg: { 15: '1' } },
    { loadavg: [1] },
    { total: { 15: 1 } },
  ])('is not made of %j', (details) => {
    expect(() => row(details)).toThrow(DetailsError);
  });

  it('has a moment without fraction and zone, else none', () => {
    const moments = ['2024-03-01T10:11:12.5+02:00', '2024-03-01', 'soon', null, 5];
    expect(moments.map((moment) => row(null, moment)['checked_time'])).toEqual([
      '2024-03-01 10:11:12',
      '2024-03-01',
      ...Array.from({ length: 3 }, () => '1900-01-01 00:00:00'),
    ]);
  });

  it('has the state as it comes, but for one that no row can hold', () => {
    expect(['yes', null, 1].map((state) => row(null, '', state)['ok'])).toEqual(['yes', null, 1]);
    expect(() => row(null, '', { a: 1 })).toThrow(DetailsError);
  });
});
