import { ConfigError } from '../../config/errors.js';
import type { ApiClient } from '../../http/api.js';
import type { Patience } from '../../http/retry.js';
import { type Location, type LocationContext, resolveLocation } from '../location.js';
import type { ForgeContext } from '../repository.js';
import { formatHost, parseSourceUrl } from '../source-url.js';

/** What a step cannot have now it has in the next scrape, for which others need not wait. */
const lessPatience: Partial<Patience> = { failures: 6 };

/** What reaching a server needs. */
export type ServerContext = Omit<ForgeContext, 'entry'>;

/** A server as its URL and the credentials have it. */
export interface ServerPlace {
  /** Ends with a slash. */
  readonly base: URL;
  /** What the URL names beside the server. */
  readonly query: URLSearchParams;
  readonly location: Location;
}

/**
 * Where the API of a server is.
 *
 * @param pages the end of a path that is a page for people and no part of the place of the server
 * @throws {ConfigError} where the URL or an option of its host cannot be used
 */
export function resolveServer(url: string, context: LocationContext, pages: RegExp): ServerPlace {
  const plain = parseSourceUrl(url);
  const location = resolveLocation(url, context);
  if (location.hostname === '') throw new ConfigError(plain.text, 'is no web address; expected https://host/');
  const scheme = location.option('protocol') ?? (plain.scheme === 'http' ? 'http' : 'https');
  const port = location.port === undefined ? '' : `:${location.port}`;
  const folder = plain.path.replace(pages, '').replace(/\/+$/, '');
  return {
    base: new URL(`${scheme}://${formatHost(location.hostname)}${port}${folder}/`),
    query: new URLSearchParams(plain.suffix.replace(/#.*$/, '')),
    location,
  };
}

/** @param permission what an account must be granted, for whoever has to mend a refusal */
export function openServer(
  context: ServerContext,
  product: string,
  { base, location }: ServerPlace,
  permission: string,
  patience: Partial<Patience> = lessPatience,
): ApiClient {
  const { log, signal, onProgress, credentials } = context;
  const { username } = location;
  const password = location.option('password') ?? location.password ?? '';
  const section = `[${location.section}] in ${credentials.file}`;
  const certificateFile = location.option('verify');
  return context.connections.open({
    name: `${product} at ${base.host}`,
    base,
    account: username === undefined ? '' : `${username}:${password}`,
    headers: username === undefined ? {} : { authorization: basic(username, password) },
    remedy: (status) => remedy(status, username !== undefined, section, permission),
    unsafe: location.unsafe,
    patience,
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...{ log, signal, onProgress },
  });
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function remedy(status: number, hasAccount: boolean, section: string, permission: string): string {
  if (!hasAccount) return `set username and password of ${section} to an account with ${permission}`;
  return status === 401
    ? `username or password of ${section} is wrong or has expired; renew it`
    : `the account of ${section} needs ${permission}`;
}
