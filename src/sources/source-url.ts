import { ConfigError } from '../config/errors.js';

/** A URL of a source in its parts. Path and suffix are kept as written. */
export interface PlainUrl {
  /** The URL without password and with a short SSH form written out. */
  readonly text: string;
  /** In lower case; empty for a local path. */
  readonly scheme: string;
  /** Percent-decoded. */
  readonly username?: string;
  readonly password?: string;
  /** In lower case, an IPv6 address without brackets; empty where there is none. */
  readonly hostname: string;
  readonly port?: number;
  /** Begins with a slash, if it is not empty and not a local path. */
  readonly path: string;
  /** Query and fragment with their marks. */
  readonly suffix: string;
  /** The path of a short SSH form without leading slash: it is meant from the home folder. */
  readonly homeRelative: boolean;
}

const schemed =
  /^(?<scheme>[a-z][a-z0-9+.-]*):\/\/(?:(?<userinfo>[^/?#]*)@)?(?<host>\[[^\]/?#]*\]|[^:/?#@]*)(?::(?<port>[^/?#]*))?(?<path>[^?#]*)(?<suffix>.*)$/is;
const shortSsh = /^(?:(?<user>[^@/]+)@)?(?<host>\[[^\]]+\]|[^:/@]+):(?<path>(?!\/\/)[^\n]+)$/;

/** @throws {ConfigError} where the text is no URL, no short SSH form and no local path */
export function parseSourceUrl(url: string): PlainUrl {
  const text = url.endsWith('.git/') ? url.replace(/\/+$/, '') : url;
  if (text === '' || /[\0\r\n]/.test(text)) {
    throw new ConfigError('data_sources.json', `"${redactUrl(url)}" is no URL`);
  }
  const parts = schemed.exec(text)?.groups;
  if (parts !== undefined) {
    return fromParts(url, parts);
  }
  const short = shortSsh.exec(text)?.groups;
  return short === undefined ? localPath(text) : fromShortSsh(short);
}

/**
 * @param what is reached there, for the message
 * @throws {ConfigError} where the text is no URL of a web server; it names the place that the text is from
 */
export function parseWebUrl(url: string, what: string, origin: string): PlainUrl {
  const plain = parseSourceUrl(url);
  if (!/^https?$/.test(plain.scheme) || plain.hostname === '') {
    throw new ConfigError(origin, `${redactUrl(url)} is no address of ${what}; expected https://host/`);
  }
  return plain;
}

/** A URL without its account, query and fragment, and otherwise as it is written. */
export function withoutAccount({ scheme, hostname, port, path }: PlainUrl): string {
  return `${scheme}://${formatHost(hostname)}${port === undefined ? '' : `:${port}`}${path}`;
}

function fromParts(url: string, parts: Readonly<Record<string, string | undefined>>): PlainUrl {
  const scheme = (parts['scheme'] ?? '').toLowerCase();
  const [username, password] = splitUserInfo(parts['userinfo']);
  const hostname = (parts['host'] ?? '').toLowerCase().replace(/^\[|\]$/g, '');
  const port = parsePort(url, parts['port']);
  const path = parts['path'] ?? '';
  const suffix = parts['suffix'] ?? '';
  const user = username === undefined ? '' : `${encodeURIComponent(username)}@`;
  const host = port === undefined ? formatHost(hostname) : `${formatHost(hostname)}:${port}`;
  return {
    text: `${scheme}://${user}${host}${path}${suffix}`,
    scheme,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    hostname,
    ...(port === undefined ? {} : { port }),
    path,
    suffix,
    homeRelative: false,
  };
}

function fromShortSsh(parts: Readonly<Record<string, string | undefined>>): PlainUrl {
  const written = parts['path'] ?? '';
  const rest = written.startsWith('/') ? written : `/${written}`;
  const user = parts['user'] === undefined ? '' : `${parts['user']}@`;
  const plain = fromParts(written, { scheme: 'ssh', userinfo: parts['user'], host: parts['host'], path: rest });
  return { ...plain, text: `ssh://${user}${parts['host']}${rest}`, homeRelative: !written.startsWith('/') };
}

function localPath(text: string): PlainUrl {
  return { text, scheme: '', hostname: '', path: text, suffix: '', homeRelative: false };
}

function splitUserInfo(userinfo: string | undefined): readonly [string | undefined, string | undefined] {
  if (userinfo === undefined || userinfo === '') {
    return [undefined, undefined];
  }
  const colon = userinfo.indexOf(':');
  const [name, password] =
    colon < 0 ? [userinfo, undefined] : [userinfo.slice(0, colon), percentDecode(userinfo.slice(colon + 1))];
  return [name === '' ? undefined : percentDecode(name), password];
}

function parsePort(url: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') {
    return undefined;
  }
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65535) {
    throw new ConfigError(
      'data_sources.json',
      `"${redactUrl(url)}" names port ${text}; expected a number from 1 to 65535`,
    );
  }
  return port;
}

/** A host as it stands in a URL: an IPv6 address in brackets. */
export function formatHost(hostname: string): string {
  return hostname.includes(':') ? `[${hostname}]` : hostname;
}

/** Sequences that are not percent-encoded UTF-8 are kept as they are. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A path without slashes around it. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

/** The path or URL of a repository without the `.git` that it may end with. */
export function withoutSuffix(path: string): string {
  return path.replace(/\.git$/, '');
}

/** A URL for a log line: the password is left out. */
export function redactUrl(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#:@]*):[^/?#]*@/i, '$1@');
}
