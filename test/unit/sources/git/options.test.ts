import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/config/errors.js';
import { readGitOptions } from '../../../../src/sources/git/options.js';
import { LocalTime } from '../../../../src/tables/local-time.js';

function read(options: Readonly<Record<string, string>>) {
  const location = {
    plainUrl: 'https://git.example.org/app',
    url: 'https://git.example.org/app',
    scheme: 'https',
    hostname: 'git.example.org',
    path: '/app',
    section: 'git.example.org',
    unsafe: false,
    option: (name: string) => options[name],
  };
  return readGitOptions(location, new LocalTime('Europe/Amsterdam'), 'credentials.cfg');
}

describe('readGitOptions', () => {
  it('has statistics and no limits where nothing is set', () => {
    expect(read({})).toEqual({ statistics: true });
  });

  it.each([
    ['2025-06-03', 1_748_901_600],
    ['2025-06-03 12:00:00', 1_748_944_800],
    ['2025-06-03T12:00:00Z', 1_748_952_000],
    ['2025-06-03 12:00+02:00', 1_748_944_800],
  ])('reads from_date = %s', (text, seconds) => {
    expect(read({ from_date: text }).fromDate).toBe(seconds);
  });

  it('lets the tag take the place of the date', () => {
    expect(read({ tag: 'v1.0/é', from_date: '2025-06-03', skip_stats: 'yes' })).toEqual({
      tag: 'v1.0/é',
      statistics: false,
    });
  });

  it.each(['-v1', 'v 1', 'v1^{}', 'v*', 'a..b', 'a@{1}', 'v1.lock', '/v1', 'v1/'])('refuses tag = %s', (tag) => {
    expect(() => read({ tag })).toThrow(ConfigError);
  });

  it.each(['yesterday', '2025-02-30', '03-06-2025'])('refuses from_date = %s', (date) => {
    expect(() => read({ from_date: date })).toThrow(/credentials\.cfg: \[git\.example\.org\] from_date/);
  });
});
