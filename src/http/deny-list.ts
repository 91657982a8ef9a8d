import { ConfigError } from '../config/errors.js';

const variable = 'GATHERER_URL_BLACKLIST';

interface Pattern {
  readonly scheme: RegExp;
  readonly host: RegExp;
  readonly port: string | undefined;
  readonly path: RegExp | undefined;
}

/** `*` stands for any characters within its part of the URL. */
function glob(text: string): string {
  return text
    .split('*')
    .map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}

/** `*.example.org` also stands for `example.org` itself, as match patterns of browsers have it. */
function hostGlob(text: string): RegExp {
  const bare = text.startsWith('*.') ? `(?:.*\\.)?${glob(text.slice(2))}` : glob(text);
  return new RegExp(`^${bare}$`, 'i');
}

const patternParts = /^(?<scheme>[a-z*][a-z0-9+.*-]*):\/\/(?<host>\[[^\]]+\]|[^/:]+)(?::(?<port>\d+))?(?<path>\/.*)?$/i;

function parsePattern(text: string): Pattern {
  const parts = patternParts.exec(text)?.groups;
  const { scheme, host, port, path } = parts ?? {};
  if (scheme === undefined || host === undefined) {
    throw new ConfigError(variable, `"${text}" is not a URL pattern; expected scheme://host or scheme://host/path`);
  }
  return {
    scheme: new RegExp(`^${glob(scheme)}$`, 'i'),
    host: hostGlob(host),
    port,
    path: path === undefined || path === '/' ? undefined : new RegExp(`^${glob(path)}$`),
  };
}

function matches(pattern: Pattern, url: URL): boolean {
  return (
    pattern.scheme.test(url.protocol.slice(0, -1)) &&
    pattern.host.test(url.hostname) &&
    (pattern.port === undefined || pattern.port === url.port) &&
    (pattern.path === undefined || pattern.path.test(`${url.pathname}${url.search}`))
  );
}

/** URLs that must not be connected to, because they only time out or upset a firewall. */
export class DenyList {
  private constructor(private readonly patterns: readonly Pattern[]) {}

  /**
   * @param value of GATHERER_URL_BLACKLIST: comma-separated patterns `scheme://host[:port][/path]` with `*`
   * @throws {ConfigError} where a pattern is no URL pattern
   */
  static parse(value: string | undefined): DenyList {
    const texts = (value ?? '').split(',').map((text) => text.trim());
    return new DenyList(texts.filter((text) => text !== '').map(parsePattern));
  }

  denies(url: URL): boolean {
    return this.patterns.some((pattern) => matches(pattern, url));
  }
}
