import { describe, expect, it } from 'vitest';
import * as rows from '../../../../src/sources/sonarqube/rows.js';
import { metricSchema } from '../../../../src/sources/sonarqube/schema.js';
import { LocalTime } from '../../../../src/tables/local-time.js';

const revision = { id: '2024-04-10T12:00:00+0000', date: '2024-04-10 12:00:00' };
const metric = (fields: Readonly<Record<string, unknown>>) =>
  rows.defaultRow(metricSchema.parse({ key: 'bugs', ...fields }), revision);

describe('metrics', () => {
  it.each([
    [{ direction: 1 }, { direction: '1', scale: 'count' }],
    [
      { direction: 0, type: 'PERCENT' },
      { direction: '-1', scale: 'percentage' },
    ],
    [
      { direction: 1, type: 'WORK_DUR' },
      { direction: '-1', scale: 'duration', perfect_value: '0' },
    ],
    [{ type: 'RATING' }, { scale: 'rating', perfect_value: '1' }],
  ])('%j are %j', (fields, expected) => {
    expect(metric(fields)).toMatchObject(expected);
  });

  it('have no scale where their type has none of ours', () => {
    expect(metric({ type: 'LEVEL' })).not.toHaveProperty('scale');
  });

  it('have the target of the quality gate, or that by default', () => {
    const gate = [
      { metric: 'coverage', error: '80' },
      { metric: 'bugs', error: '3' },
    ];
    expect(rows.targetRow(metric({}), 'part', gate)).toMatchObject({ target: '3', domain_name: 'part' });
    expect(rows.targetRow(metric({}), 'part', [])).toMatchObject({ default: '1', domain_name: 'part' });
  });
});

describe('revisions', () => {
  it.each([
    ['UTC', '2024-07-01T10:00:00+0000'],
    ['Europe/Amsterdam', '2024-07-01T12:00:00+0200'],
    ['America/St_Johns', '2024-07-01T07:30:00-0230'],
    ['Asia/Kathmandu', '2024-07-01T15:45:00+0545'],
  ])('are local time with its offset in %s', (zone, id) => {
    expect(rows.revisionOf(Date.parse('2024-07-01T10:00:00Z') / 1000, new LocalTime(zone)).id).toBe(id);
  });
});

describe('measurements', () => {
  const time = new LocalTime('Europe/Amsterdam');
  const row = (date: string, value?: string) =>
    rows.measurementRow('bugs', 'part', { date, ...(value === undefined ? {} : { value }) }, time);

  it.each([
    ['2024-06-01T10:00:00+0000', '2024-06-01 10:00:00'],
    ['2024-06-01T10:00:00+0200', '2024-06-01 10:00:00'],
    ['2024-06-01T10:00:00-0500', '2024-06-01 17:00:00'],
  ])('of %s have the date %s', (written, date) => {
    expect(row(written, '81.0')).toEqual({
      ...{ name: 'bugs_part', base_name: 'bugs', domain_name: 'part', value: '81.0', category: 'grey', date },
    });
  });

  it.each([['OK'], ['NaN'], ['inf'], [''], [undefined]])('are none where the value is %s', (value) => {
    expect(row('2024-06-01T10:00:00+0000', value)).toBeUndefined();
  });
});
