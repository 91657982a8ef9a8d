import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { proxyFor } from '../../../src/http/proxy.js';
import { Redactor } from '../../../src/log/redactor.js';

const environment = { HTTP_PROXY: 'http://plain:3128', HTTPS_PROXY: 'proxy.example.org:8080' };

function proxyOf(url: string, variables: Readonly<Record<string, string>> = environment): string | undefined {
  return proxyFor(new URL(url), variables)?.host;
}

describe('proxyFor', () => {
  it('chooses by the scheme of the URL', () => {
    expect(proxyOf('http://a.test')).toBe('plain:3128');
    expect(proxyOf('https://a.test')).toBe('proxy.example.org:8080');
    expect(proxyOf('https://a.test', { HTTP_PROXY: 'http://plain:3128' })).toBeUndefined();
  });

  it('prefers lower case, and takes empty for unset', () => {
    expect(proxyOf('http://a.test', { ...environment, http_proxy: 'http://small:1' })).toBe('small:1');
    expect(proxyOf('http://a.test', { HTTP_PROXY: '' })).toBeUndefined();
  });

  it.each([
    ['a.test', 'https://a.test/', true],
    ['a.test', 'https://b.a.test/', true],
    ['.a.test', 'https://a.test/', true],
    ['*.a.test', 'https://x.a.test/', true],
    ['a.test', 'https://ba.test/', false],
    ['a.test:8443', 'https://a.test:8443/', true],
    ['a.test:8443', 'https://a.test/', false],
    ['a.test:443', 'https://a.test/', true],
    ['x, 10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['127.0.0.1', 'https://127.0.0.1:9/', true],
    ['::1', 'https://[::1]:9/', true],
    ['*', 'https://anything.test/', true],
    ['10.0.0.0/99', 'https://10.1.2.3/', false],
  ])('with NO_PROXY=%s leaves %s without proxy: %s', (value, url, direct) => {
    expect(proxyOf(url, { ...environment, NO_PROXY: value }) === undefined).toBe(direct);
  });

  it('refuses a malformed proxy without repeating its password', () => {
    const variables = { HTTPS_PROXY: 'ftp://user:hunter2@proxy' };
    expect(() => proxyOf('https://a.test', variables)).toThrow(ConfigError);
    expect(() => proxyOf('https://a.test', variables)).not.toThrow(/hunter2/);
    // The log and the command line mask whatever looks like a password in a URL.
    const masked = attempt(() => proxyOf('https://a.test', variables));
    expect(new Redactor().text(masked)).toBe(masked);
  });
});

/** The message of what an action throws. */
function attempt(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('nothing was thrown');
}
