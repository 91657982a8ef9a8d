import { ConfigError } from '../../config/errors.js';
import type { ApiClient } from '../../http/api.js';
import { type Location, type LocationContext, resolveLocation } from '../location.js';
import type { ForgeContext } from '../repository.js';
import { type PlainUrl, parseSourceUrl, withoutSuffix } from '../source-url.js';
import { pathBelow, webServer } from '../web-server.js';

/** A server of GitHub as the credentials have it. */
export interface GitHubServer {
  /** What people visit, without trailing slash. */
  readonly server: string;
  /** Ends with a slash. */
  readonly api: URL;
  readonly token?: string;
  /** Where the options are from. */
  readonly location: Location;
}

/** A repository of GitHub, as the URL of a source and the credentials have it. */
export interface GitHubPlace extends GitHubServer {
  /** User or organization. */
  readonly owner: string;
  readonly name: string;
}

/** Names that github.com has for its web and SSH servers. */
const publicHosts: readonly string[] = ['github.com', 'www.github.com', 'ssh.github.com'];

/** The server of a URL, whatever that names there. */
export function resolveServer(plain: PlainUrl, location: Location): GitHubServer {
  const server = webServer(plain, location);
  const token = location.option('github_token');
  const api = location.option('github_api_url') ?? usualApi(server, location);
  return {
    server,
    api: new URL(api.endsWith('/') ? api : `${api}/`),
    ...(token === undefined ? {} : { token }),
    location,
  };
}

/** Where the API is at github.com, at its servers for one enterprise (ghe.com), and at the server of an enterprise. */
function usualApi(server: string, { hostname }: Location): string {
  if (publicHosts.includes(hostname)) return 'https://api.github.com/';
  return hostname.endsWith('.ghe.com') ? `https://api.${hostname}/` : `${server}/api/v3/`;
}

/** @throws {ConfigError} where the URL or an option of its host cannot be used, or the URL names no repository */
export function resolvePlace(url: string, context: LocationContext): GitHubPlace {
  const plain = parseSourceUrl(url);
  const location = resolveLocation(url, context);
  const parts = withoutSuffix(pathBelow(plain, location)).split('/');
  const [owner = ''] = parts;
  const name = parts.at(-1) ?? '';
  if (parts.length < 2 || name === '' || location.hostname === '') {
    throw new ConfigError(location.plainUrl, 'names no repository of GitHub; expected https://host/owner/repository');
  }
  return { ...resolveServer(plain, location), owner, name };
}

/** What a token of GitHub must be granted, in words. */
export const permissions = {
  read: 'the permissions to read Contents, Issues and Pull requests (a classic one: the scope repo)',
  organization: 'the permission to read Members of the organization (a classic one: the scope read:org)',
  keys: 'the permission to write Git SSH keys (a classic one: the scope admin:public_key)',
} as const;

/** @param needs what a token must be granted for what is asked */
export function openApi(
  context: Omit<ForgeContext, 'entry'>,
  { api, token, location }: GitHubServer,
  needs: string = permissions.read,
): ApiClient {
  const { log, signal, onProgress, credentials } = context;
  const option = `github_token of [${location.section}] in ${credentials.file}`;
  return context.connections.open({
    name: `GitHub at ${api.host}`,
    base: api,
    account: token ?? '',
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      ...(token === undefined ? {} : { authorization: `token ${token}` }),
    },
    remedy: (status) => remedy(status, token, option, needs),
    unsafe: location.unsafe,
    ...{ log, signal, onProgress },
  });
}

function remedy(status: number, token: string | undefined, option: string, needs: string): string {
  if (token === undefined) return `set ${option} to a token with ${needs}`;
  return status === 401
    ? `${option} is unknown to the server, has expired or was revoked; renew it`
    : `${option} needs ${needs}, and where the organization has single sign-on, an authorization for it`;
}
