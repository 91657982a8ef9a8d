import { describe, expect, it } from 'vitest';
import * as rows from '../../../../src/sources/quality-time/rows.js';
import { measurementSchema, metricModelSchema, metricSchema } from '../../../../src/sources/quality-time/schema.js';
import { LocalTime } from '../../../../src/tables/local-time.js';

const time = new LocalTime('UTC');
const model = metricModelSchema.parse({ direction: '>', target: '5', near_target: '3' });
const place = { subject: 'Shop', subjectType: 'software', report: 'r', reportDate: '2024-03-01 00:00:00' };

function target(metric: Readonly<Record<string, unknown>>) {
  return rows.targetRow(metricSchema.parse({ type: 'tests', ...metric }), model, place);
}

describe('targets of a metric', () => {
  it.each([
    ['what the data model has', { direction: '>', target: '5', near_target: '3' }],
    ['what nobody has set', { direction: null, target: null, near_target: null }],
  ])('are those by default: %s', (_, metric) => {
    expect(target(metric)).toMatchObject({ default: '1' });
    expect(target(metric)).not.toHaveProperty('direction');
  });

  it.each([
    ['a comment', { comment: 'agreed' }, { comment: 'agreed', target: '5' }],
    ['an empty comment', { comment: '' }, { comment: '' }],
    ['a debt', { debt_target: 7 }, { debt_target: '7' }],
    ['another direction', { direction: '<' }, { direction: '-1' }],
    ['an emptied target', { target: '' }, { target: '0' }],
    ['no near target', { near_target: undefined }, { low_target: '0' }],
  ])('are those of the project with %s', (_, change, expected) => {
    const row = target({ direction: '>', target: '5', near_target: '3', ...change });
    expect(row).toMatchObject(expected);
    expect(row).not.toHaveProperty('default');
  });
});

describe('versions of targets', () => {
  const change = (timestamp: string, key: string, old: string, value: string) => ({
    timestamp,
    delta: `Jo changed the ${key} of metric 'T' of subject 'S' in report 'R' from '${old}' to '${value}'.`,
  });
  const changes = [
    change('2024-02-03T12:00:00+00:00', 'direction', '<', '>'),
    change('2024-02-02T12:00:00+02:00', 'target', '1', '9'),
    change('2024-02-01T12:00:00+00:00', 'target', '0', '1'),
  ];

  it('show the state after each change, back to what is known', () => {
    const present = target({ direction: '>', target: '9', near_target: '3' });
    const since = Date.parse('2024-02-01T12:00:00Z');
    expect(rows.targetVersions('m', present, changes, { since, time })).toMatchObject([
      {
        version: { version_id: '2024-02-03T12:00:00+00:00', email: '0' },
        targets: { m: { direction: '1', target: '9' } },
      },
      { version: { version_id: '2024-02-02T10:00:00+00:00' }, targets: { m: { direction: '-1', target: '9' } } },
    ]);
  });

  it('do not follow targets that a metric does not have', () => {
    expect(
      rows.targetVersions('m', target({ direction: '>', target: '5', near_target: '3' }), changes, { since: 0, time }),
    ).toEqual([]);
  });
});

describe('measurements', () => {
  const measured = (value: unknown, status: unknown = 'target_met') =>
    rows.measurementRow(
      'm',
      measurementSchema('count').parse({
        ...{ start: '2024-03-01T00:00:00+00:00', end: '2024-03-02T00:00:00+00:00' },
        count: { value, status },
      }),
      time,
    );

  it.each([
    ['12', '12'],
    [' -12 ', ' -12 '],
    ['+3', '+3'],
    ['007', '007'],
    [null, '-1'],
    [4, '4'],
  ])('%j is %j', (value, expected) => {
    expect(measured(value)).toMatchObject({ value: expected, since_date: '2024-03-01 00:00:00' });
  });

  it.each([['1.5'], ['1.2.3'], [''], ['inf'], ['1e3']])('%j is no whole number', (value) => {
    expect(measured(value)).toBeUndefined();
  });

  it('have no status where none is known', () => {
    expect(measured('1', null)).toMatchObject({ category: 'unknown' });
  });
});

it('writes moments as version ids', () => {
  expect(rows.isoFormat(Date.parse('2024-03-01T10:00:00Z'))).toBe('2024-03-01T10:00:00+00:00');
  expect(rows.isoFormat(Date.parse('2024-03-01T10:00:00.123Z'))).toBe('2024-03-01T10:00:00.123000+00:00');
});
