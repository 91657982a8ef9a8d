import { describe, expect, it } from 'vitest';
import { chooseMode } from '../../../src/agent/mode.js';
import { ConfigError } from '../../../src/config/errors.js';

describe('chooseMode', () => {
  it.each([
    ['15min', '*/15 * * * *'],
    ['hourly', '0 * * * *'],
    ['daily', '0 2 * * *'],
    ['weekly', '0 3 * * 6'],
    ['monthly', '0 5 1 * *'],
    ['30 4 * * 1-5', '30 4 * * 1-5'],
  ])('runs as a daemon where CRON_PERIOD is %s', (period, scrape) => {
    expect(chooseMode({ CRON_PERIOD: period })).toEqual({ kind: 'daemon', scrape });
  });

  it('scrapes once where JENKINS_URL is set, whatever else is', () => {
    expect(chooseMode({ JENKINS_URL: 'x', CRON_PERIOD: 'daily' })).toEqual({ kind: 'once' });
  });

  it('takes falsy values for unset ones', () => {
    expect(chooseMode({ JENKINS_URL: '-', CRON_PERIOD: 'daily', BIGBOAT_PERIOD: '-' })).toEqual({
      kind: 'daemon',
      scrape: '0 2 * * *',
    });
  });

  it('reads BIGBOAT_PERIOD', () => {
    expect(chooseMode({ CRON_PERIOD: 'daily', BIGBOAT_PERIOD: 'hourly' })).toMatchObject({ bigboat: '0 * * * *' });
  });

  it.each([{}, { CRON_PERIOD: '' }, { CRON_PERIOD: '-', JENKINS_URL: '' }, { BIGBOAT_PERIOD: 'daily' }])(
    'says which variables choose a mode where none does: %j',
    (environment) => {
      expect(() => chooseMode(environment)).toThrow(/CRON_PERIOD.*JENKINS_URL/);
    },
  );

  it.each(['yearly', '61 * * * *', '* * *', 'DAILY'])('refuses the period %s and lists the others', (period) => {
    expect(() => chooseMode({ CRON_PERIOD: period })).toThrow(ConfigError);
    expect(() => chooseMode({ CRON_PERIOD: period })).toThrow(/15min, hourly, daily, weekly, monthly/);
  });
});
