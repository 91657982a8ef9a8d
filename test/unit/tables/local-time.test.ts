import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { LocalTime, localTime } from '../../../src/tables/local-time.js';

describe('LocalTime', () => {
  it.each([
    ['UTC', 60, '1970-01-01 00:01:00'],
    ['Europe/Amsterdam', 60, '1970-01-01 01:01:00'],
    ['Europe/Amsterdam', 205_070_400, '1976-07-01 13:00:00'],
    ['Europe/Amsterdam', 1_743_296_399, '2025-03-30 01:59:59'],
    ['Europe/Amsterdam', 1_743_296_400, '2025-03-30 03:00:00'],
    ['Europe/Amsterdam', 1_761_438_600, '2025-10-26 02:30:00'],
    ['Europe/Amsterdam', 1_761_442_200, '2025-10-26 02:30:00'],
    ['Europe/Amsterdam', 2_224_756_800, '2040-07-01 14:00:00'],
    ['Asia/Kathmandu', 0, '1970-01-01 05:30:00'],
    ['America/St_Johns', 1_736_218_800, '2025-01-06 23:30:00'],
  ])('formats in %s the second %i as %s', (zone, seconds, text) => {
    expect(new LocalTime(zone).format(seconds)).toBe(text);
  });

  it('formats what no date can hold as the start of 1970', () => {
    expect(new LocalTime('UTC').format(Number.POSITIVE_INFINITY)).toBe('1970-01-01 00:00:00');
    expect(new LocalTime('UTC').format(1e17)).toBe('1970-01-01 00:00:00');
  });

  it('agrees with the zone database on random moments', () => {
    const zones = ['Europe/Amsterdam', 'Africa/Casablanca', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Pacific/Apia'];
    const moment = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), moment, (zone, seconds) => {
        const expected = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        }).format(seconds * 1000);
        expect(new LocalTime(zone).format(seconds)).toBe(expected);
      }),
    );
  });

  it('reads back what it formats, but for the second hour of two', () => {
    const time = new LocalTime('Europe/Amsterdam');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        const read = time.parse(time.format(seconds));
        expect([seconds, seconds - 3600]).toContain(read);
      }),
    );
  });

  it.each([
    ['2025-10-26 02:30:00', 1_761_438_600],
    ['2025-03-30 02:30:00', 1_743_294_600],
    ['2025-06-03', 1_748_901_600],
    ['2025-06-03T00:00:00', 1_748_901_600],
  ])('reads %s', (text, seconds) => {
    expect(new LocalTime('Europe/Amsterdam').parse(text)).toBe(seconds);
  });

  it.each(['', '0', 'yesterday', '2025-02-30', '2025-13-01', '2025-01-01 24:00:00', '2025-01-01 10:00'])(
    'does not read "%s"',
    (text) => {
      expect(new LocalTime('UTC').parse(text)).toBeUndefined();
    },
  );
});

describe('localTime', () => {
  it('takes the clock of the machine where there is no TZ', () => {
    const zones = ['Europe/Amsterdam', 'Africa/Casablanca', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC'];
    const earlier = process.env['TZ'];
    try {
      for (const zone of zones) {
        process.env['TZ'] = zone;
        const [machine, named] = [localTime({}), new LocalTime(zone)];
        const moment = fc.integer({ min: -3_000_000_000, max: 4_000_000_000 });
        fc.assert(
          fc.property(moment, (seconds) => {
            expect(machine.format(seconds)).toBe(named.format(seconds));
          }),
        );
      }
    } finally {
      if (earlier === undefined) delete process.env['TZ'];
      else process.env['TZ'] = earlier;
    }
  });

  it.each(['Europe/Amsterdam', ':Europe/Amsterdam', '/usr/share/zoneinfo/Europe/Amsterdam'])('takes TZ=%s', (TZ) => {
    expect(localTime({ TZ }).format(0)).toBe('1970-01-01 01:00:00');
  });

  it('takes an empty TZ as UTC and refuses an unknown one', () => {
    expect(localTime({ TZ: '' }).format(0)).toBe('1970-01-01 00:00:00');
    expect(() => localTime({ TZ: 'Mars/Olympus' })).toThrow(ConfigError);
  });
});
