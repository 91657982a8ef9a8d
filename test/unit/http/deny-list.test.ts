import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { DenyList } from '../../../src/http/deny-list.js';

function denies(patterns: string | undefined, url: string): boolean {
  return DenyList.parse(patterns).denies(new URL(url));
}

describe('GATHERER_URL_BLACKLIST', () => {
  const patterns = 'http://*.network,http://slow.test, *://both.test:8080,https://git.test/team*/x';

  it.each([
    'http://firewalled.network',
    'http://network/',
    'http://a.b.NETWORK:81/path',
    'http://slow.test/path/',
    'https://both.test:8080/',
    'http://both.test:8080/',
    'https://git.test/team-1/x',
  ])('denies %s', (url) => {
    expect(denies(patterns, url)).toBe(true);
  });

  it.each([
    'http://ok.test',
    'https://slow.test/',
    'http://veryslow.test',
    'http://slow.test.org/',
    'http://both.test/',
    'https://git.test/team-1/xy',
    'https://git.test/',
  ])('lets %s through', (url) => {
    expect(denies(patterns, url)).toBe(false);
  });

  it('denies nothing where it is empty', () => {
    expect(denies(undefined, 'http://slow.test')).toBe(false);
    expect(denies(' , ', 'http://slow.test')).toBe(false);
  });

  it.each(['slow.test', 'http:/slow', '://x', 'http://'])('refuses %s, which is no pattern', (pattern) => {
    expect(() => DenyList.parse(pattern)).toThrow(ConfigError);
  });

  it('takes every character but the asterisk as it stands', () => {
    fc.assert(
      fc.property(fc.webUrl(), (text) => {
        const { origin, host } = new URL(text);
        expect(denies(origin, text)).toBe(true);
        expect(denies(`${origin.replace(host, `x${host}`)}`, text)).toBe(false);
      }),
    );
  });
});
