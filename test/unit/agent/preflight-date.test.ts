import { afterEach, describe, expect, it } from 'vitest';
import { formatLocalDate } from '../../../src/agent/preflight.js';

describe('preflight_date.txt', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    process.env['TZ'] = zone ?? '';
  });

  it.each([
    ['UTC', '2024-01-31T23:30:00.120000+00:00'],
    ['Europe/Amsterdam', '2024-02-01T00:30:00.120000+01:00'],
    ['America/St_Johns', '2024-01-31T20:00:00.120000-03:30'],
    ['Asia/Kathmandu', '2024-02-01T05:15:00.120000+05:45'],
  ])('is local time with its offset in %s', (name, expected) => {
    process.env['TZ'] = name;
    expect(formatLocalDate(new Date('2024-01-31T23:30:00.120Z'))).toBe(expected);
  });
});
