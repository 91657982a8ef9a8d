import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  formatDuration,
  parseTrackerDate,
  projectHash,
  remainingTime,
  scrapeInterval,
  TrackerDateError,
} from '../../../src/controller/schedule.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const Vector = z.object({
  days: z.int(),
  drift: z.int(),
  hash: z.int(),
  today: z.string(),
  interval_seconds: z.number(),
  text: z.string(),
});
const file = readFileSync(join(import.meta.dirname, '../../wire/schedule.json'), 'utf8');
const { vectors } = z.object({ vectors: z.array(Vector) }).parse(JSON.parse(file));

const schedules = fc.record({ days: fc.integer({ min: 1, max: 400 }), drift: fc.integer({ min: 1, max: 5000 }) });

describe('scrapeInterval', () => {
  it.each(vectors)('is $days days and the drift of $hash, of $drift minutes at most, at $today', (vector) => {
    const { days, drift, hash, today } = vector;
    const day = Date.parse(today) / DAY;
    const minutes = (scrapeInterval(vector, hash, day) - days * DAY) / MINUTE;
    const remainder = ((hash % (2 * drift)) + 2 * drift) % (2 * drift);
    expect(Math.abs(minutes)).toBe(Math.abs(remainder - drift));
  });

  it('stays within the drift, and swaps its sign each period', () => {
    const days = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(schedules, fc.maxSafeInteger(), days, (schedule, hash, day) => {
        const drift = scrapeInterval(schedule, hash, day) - schedule.days * DAY;
        const next = scrapeInterval(schedule, hash, day + schedule.days) - schedule.days * DAY;
        expect(Math.abs(drift)).toBeLessThanOrEqual(schedule.drift * MINUTE);
        expect(drift + next).toBe(0);
      }),
    );
  });

  it('has no drift where it is 0, and no interval without a schedule', () => {
    expect(scrapeInterval({ days: 7, drift: 0 }, 12345, 1)).toBe(7 * DAY);
    expect(scrapeInterval({ days: 0, drift: 120 }, 12345, 1)).toBe(0);
  });

  it('sets projects apart by a number that never changes', () => {
    expect(projectHash('TEST')).toBe(163_750_016_660_965);
    expect(projectHash('OTHER')).not.toBe(projectHash('TEST'));
  });
});

describe('formatDuration', () => {
  it.each(vectors)('writes $interval_seconds seconds as $text', ({ interval_seconds, text }) => {
    const milliseconds = Math.round(interval_seconds * 1000);
    expect(formatDuration(milliseconds)).toBe(text.replace(/\.(\d{3})\d{3}$/, () => fraction(milliseconds)));
  });

  it.each([
    [0, '0:00:00'],
    [1, '0:00:00.001000'],
    [DAY, '1 day, 0:00:00'],
    [DAY - 1000, '23:59:59'],
    [-1000, '-1 day, 23:59:59'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  /** The vectors have microseconds, of which a Date keeps three digits. */
  function fraction(milliseconds: number): string {
    return `.${String(milliseconds % 1000).padStart(3, '0')}000`;
  }
});

describe('parseTrackerDate', () => {
  const YEAR_1900 = Date.UTC(1900, 0, 1);

  it.each([
    ['2024-01-02 03:04:05', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['2024-01-02T03:04:05.678901+01:00', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['2024-01-02T03:04:05Z', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['2024-01-02T03:04:05.678901-05:00', Date.UTC(2024, 0, 2, 3, 4, 5)],
    ['2024-01-02T03:04:05-05:00', YEAR_1900],
    ['yesterday', YEAR_1900],
    ['', YEAR_1900],
  ])('reads %j', (text, time) => {
    expect(parseTrackerDate(text)).toBe(time);
  });

  it.each(['2024-01-02', '2024-02-30 00:00:00', '2024-01-02 24:00:00', '2024-13-01 00:00:00'])(
    'tells that %j only looks like a date',
    (text) => {
      const message = `time data '${text}' does not match format '%Y-%m-%d %H:%M:%S'`;
      expect(() => parseTrackerDate(text)).toThrow(new TrackerDateError(message));
    },
  );

  it('fails on any text with nothing but a TrackerDateError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789-T :.+Z') }), (text) => {
        try {
          expect(parseTrackerDate(text)).not.toBeNaN();
        } catch (error) {
          expect(error).toBeInstanceOf(TrackerDateError);
        }
      }),
    );
  });

  it('counts down from the date of the tracker by the clock on the wall', () => {
    const clock = Date.UTC(2024, 0, 3, 3, 4, 5);
    expect(remainingTime({ days: 7, drift: 0 }, 'TEST', '2024-01-02 03:04:05', clock)).toBe(6 * DAY);
    expect(remainingTime({ days: 1, drift: 0 }, 'TEST', '2024-01-02 03:04:05', clock)).toBe(0);
  });
});
