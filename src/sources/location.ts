import type { Credentials } from '../config/credentials.js';
import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';
import type { DenyList } from '../http/deny-list.js';
import type { Logger } from '../log/logger.js';
import { formatHost, type PlainUrl, parseSourceUrl, percentDecode } from './source-url.js';

/** Where a source is reached, after the redirections of `credentials.cfg`, and with which credentials. */
export interface Location {
  /** The URL that the source is known by: a short SSH form written out, no redirection, no password. */
  readonly plainUrl: string;
  /** The URL to connect to. It never holds a password, over HTTP no user name either. */
  readonly url: string;
  /** `http`, `https`, `ssh`, `file`, `git`, `svn`, ... */
  readonly scheme: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  /** Section of `credentials.cfg` in force: `host:port` where the URL names a port, else `host`. */
  readonly section: string;
  /** Percent-decoded, by `username.ssh` or `username.http`, else `username`, else the URL. */
  readonly username?: string;
  readonly password?: string;
  /** Private key for SSH, by the option `env`. */
  readonly identityFile?: string;
  /** Name of the variable in `env`, also where that variable is not set. */
  readonly identityVariable?: string;
  /** `unsafe_hosts`: neither certificates nor host keys are verified. */
  readonly unsafe: boolean;
  /** An option of the section in force; undefined where it is absent or falsy. */
  option(name: string): string | undefined;
}

/** What the locations of all sources are resolved with. */
export interface LocationContext {
  readonly credentials: Credentials;
  readonly environment: Environment;
  /** False with `--ignore-host-change`: the option `host` is not followed. */
  readonly followHostChange: boolean;
}

interface Target {
  readonly hostname: string;
  readonly port: number | undefined;
  readonly section: string;
}

const httpSchemes: readonly string[] = ['http', 'https'];
const redirection = /^(?<hostname>\[[^\]]+\]|[^:/@\s]+)(?::(?<port>\d{1,5}))?$/;

/**
 * Resolves where a source is reached.
 *
 * @param url as `data_sources.json` has it: a URL, a short SSH form `user@host:path`, or a local path
 * @throws {ConfigError} where the URL or an option of its host cannot be used
 */
export function resolveLocation(url: string, context: LocationContext): Location {
  const plain = parseSourceUrl(url);
  const target = findTarget(plain, context);
  const option = (name: string): string | undefined => context.credentials.get(target.section, name);
  const identityVariable = option('env');
  const overSsh = plain.scheme === 'ssh' || (identityVariable !== undefined && target.hostname !== '');
  const scheme = overSsh ? 'ssh' : plain.scheme;
  const path = overSsh ? stripPath(plain, option('strip')) : plain.path;
  const username = findUsername(scheme, plain, target.section, context.credentials);
  const password = overSsh || plain.scheme === 'svn+ssh' ? undefined : (option('password') ?? plain.password);
  const identityFile = identityVariable === undefined ? undefined : identityPath(identityVariable, context.environment);
  checkArguments(plain, target.hostname, username);
  return {
    plainUrl: plain.text,
    url: formatUrl(scheme, target, username, path, plain),
    scheme,
    hostname: target.hostname,
    ...(target.port === undefined ? {} : { port: target.port }),
    path,
    section: target.section,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(identityFile === undefined ? {} : { identityFile }),
    ...(identityVariable === undefined ? {} : { identityVariable }),
    unsafe: option('unsafe_hosts') !== undefined,
    option,
  };
}

/** Says that neither certificate nor host key of a location is verified, where that is so. */
export function warnUnsafe(location: Location, log: Logger): void {
  if (!location.unsafe) return;
  log.warn(`unsafe_hosts is set for ${location.section}: neither its certificate nor its host key is verified`);
}

/** Whether nothing may connect to a location, by GATHERER_URL_BLACKLIST. */
export function isDenied(location: Location, denyList: DenyList): boolean {
  const { scheme, hostname, port, path } = location;
  const url = `${scheme}://${formatHost(hostname)}${port === undefined ? '' : `:${port}`}${path}`;
  return URL.canParse(url) && denyList.denies(new URL(url));
}

/** The host to connect to: the URL's own, or the one that the option `host` of its section names. */
function findTarget(plain: PlainUrl, { credentials, followHostChange }: LocationContext): Target {
  const own = plain.port === undefined ? plain.hostname : `${plain.hostname}:${plain.port}`;
  const changed = followHostChange && own !== '' ? credentials.get(own, 'host') : undefined;
  const base = changed === undefined ? { ...plain, section: own } : redirect(changed, own, credentials.file);
  const port = base.section === '' ? undefined : credentials.get(base.section, 'port');
  return {
    hostname: base.hostname,
    port: port === undefined ? base.port : parsePort(port, base.section, credentials.file),
    section: base.section,
  };
}

function redirect(changed: string, section: string, file: string): Target {
  const parts = redirection.exec(changed)?.groups;
  if (parts?.['hostname'] === undefined) {
    throw new ConfigError(file, `[${section}] host = ${changed} is no host name; expected host or host:port`);
  }
  const port = parts['port'] === undefined ? undefined : parsePort(parts['port'], section, file);
  return { hostname: parts['hostname'].replace(/^\[|\]$/g, ''), port, section: changed };
}

function parsePort(text: string, section: string, file: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new ConfigError(file, `[${section}] port ${text} is no port; expected a number from 1 to 65535`);
  }
  return port;
}

/** An option that is there but falsy leaves the URL's own user name in force. */
function findUsername(scheme: string, plain: PlainUrl, section: string, credentials: Credentials): string | undefined {
  const own = `username.${/^(svn\+)?ssh$/.test(scheme) ? 'ssh' : 'http'}`;
  const name = [own, 'username'].find((option) => credentials.has(section, option));
  const configured = name === undefined ? undefined : credentials.get(section, name);
  return configured === undefined ? plain.username : percentDecode(configured);
}

function stripPath(plain: PlainUrl, strip: string | undefined): string {
  if (strip === undefined || !httpSchemes.includes(plain.scheme)) {
    return plain.path;
  }
  const prefix = [strip, `/${strip}`].find((candidate) => plain.path.startsWith(candidate));
  const rest = prefix === undefined ? plain.path : plain.path.slice(prefix.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The path of a private key; `~` is the home folder, as a shell has it. */
function identityPath(variable: string, environment: Environment): string | undefined {
  const path = environment[variable];
  if (path === undefined || path === '') {
    return undefined;
  }
  return path.replace(/^~(?=\/|$)/, environment['HOME'] ?? '~');
}

/** @returns the URL without password; over HTTP without user name too, because that is not given out unasked */
function formatUrl(
  scheme: string,
  target: Target,
  username: string | undefined,
  path: string,
  plain: PlainUrl,
): string {
  if (scheme === '') {
    return plain.text;
  }
  const host = formatHost(target.hostname);
  const user = username === undefined || httpSchemes.includes(scheme) || target.hostname === '' ? '' : username;
  const fromHome = plain.homeRelative || (scheme === 'ssh' && plain.scheme !== 'ssh');
  if (fromHome && target.port === undefined && !/[:/]/.test(user)) {
    return shortForm(user, host, path);
  }
  const authority = `${user === '' ? '' : `${encodeURIComponent(user)}@`}${host}`;
  const port = target.port === undefined ? '' : `:${target.port}`;
  return `${scheme}://${authority}${port}${path}${scheme === plain.scheme ? plain.suffix : ''}`;
}

/** OpenSSH reads this path from the home folder of the user, where the path of a URL begins at the root. */
function shortForm(user: string, host: string, path: string): string {
  return `${user === '' ? '' : `${user}@`}${host}:${path.replace(/^\/+/, '')}`;
}

/** Names that begin with a dash would reach ssh and git as options. */
function checkArguments(plain: PlainUrl, hostname: string, username: string | undefined): void {
  const host = percentDecode(hostname);
  for (const [what, text] of [
    ['host', host],
    ['user name', username ?? ''],
    ['path', plain.path.replace(/^\/(?=-)/, '')],
  ]) {
    if (text?.startsWith('-')) {
      throw new ConfigError(plain.text, `a ${what} must not begin with a dash`);
    }
  }
  if (/[\s\0/]/.test(host)) {
    throw new ConfigError(plain.text, 'a host name must not hold blanks or slashes');
  }
}
