import { describe, expect, it } from 'vitest';
import { Sprints } from '../../../src/sources/sprints.js';
import { LocalTime } from '../../../src/tables/local-time.js';
import { silentLogger } from '../../silent-logger.js';

const utc = new LocalTime('UTC');

function sprints(...rows: readonly (readonly [string, string, string])[]): Sprints {
  const asRows = rows.map(([id, start, end]) => ({ id, start_date: start, end_date: end }));
  return Sprints.fromRows(asRows, utc, silentLogger);
}

const at = (text: string): number => utc.parse(text) ?? Number.NaN;

describe('Sprints', () => {
  const all = sprints(
    ['103', '2025-03-12 08:00:00', '2025-03-12 20:00:00'],
    ['101', '2025-03-03 09:00:00', '2025-03-14 17:00:00'],
    ['110', '2025-03-13 08:00:00', '2025-03-13 12:00:00'],
    ['102', '2025-03-10 09:00:00', '2025-03-21 17:00:00'],
  );

  it.each([
    ['2025-03-03 08:59:59', '0'],
    ['2025-03-03 09:00:00', '101'],
    ['2025-03-12 20:00:00', '103'],
    ['2025-03-12 20:00:01', '102'],
    ['2025-03-13 12:00:01', '0'],
    ['2025-04-01 00:00:00', '0'],
  ])('finds at %s the sprint %s', (moment, id) => {
    expect(all.find(at(moment))).toBe(id);
  });

  it('leaves out a sprint without dates', () => {
    expect(sprints(['1', '0', '0'], ['2', '2025-01-01 00:00:00', '2025-01-02 00:00:00']).find(at('2025-01-01'))).toBe(
      '2',
    );
  });

  it('has none where there are none', () => {
    expect(Sprints.none.find(0)).toBe('0');
  });
});
