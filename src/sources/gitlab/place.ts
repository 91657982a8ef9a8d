import { ConfigError } from '../../config/errors.js';
import type { ApiClient } from '../../http/api.js';
import { type Location, type LocationContext, resolveLocation } from '../location.js';
import type { ForgeContext } from '../repository.js';
import { type PlainUrl, parseSourceUrl, withoutSuffix } from '../source-url.js';
import { ownSection, pathBelow, webServer } from '../web-server.js';

/** A server of GitLab as the credentials have it. */
export interface GitLabServer {
  /** URL, with the folder that GitLab lies below, without trailing slash. */
  readonly server: string;
  readonly token?: string;
  /** Where the options are from. */
  readonly location: Location;
}

/** A project of GitLab, and the place of its group, as the URL of a source and the credentials have it. */
export interface GitLabPlace extends GitLabServer {
  /** `group/subgroup/project`, not percent-encoded. */
  readonly path: string;
  /** First part of the path. */
  readonly namespace: string;
  /** Option `group` of the host of the URL. */
  readonly group?: string;
  /** Where its repository is cloned from. */
  readonly location: Location;
}

/** The server of a URL, whatever that names there. */
export function resolveServer(plain: PlainUrl, location: Location): GitLabServer {
  const token = location.option('gitlab_token');
  return {
    server: webServer(plain, location),
    ...(token === undefined ? {} : { token }),
    location,
  };
}

/** @throws {ConfigError} where the URL or an option of its host cannot be used, or the URL names no project */
export function resolvePlace(url: string, context: LocationContext): GitLabPlace {
  const plain = parseSourceUrl(url);
  const location = resolveLocation(url, context);
  const path = pathBelow(plain, location);
  const [namespace = '', ...rest] = path.split('/');
  if (rest.length === 0 || location.hostname === '') {
    throw new ConfigError(location.plainUrl, 'names no project of GitLab; expected https://host/group/project');
  }
  const own = ownSection(plain);
  const group = context.credentials.get(own, 'group');
  const shared = { ...resolveServer(plain, location), ...(group === undefined ? {} : { group }) };
  const isMoved = location.section !== own && group !== undefined && group !== namespace;
  if (!isMoved) return { ...shared, path: withoutSuffix(path), namespace };
  const moved = `${group}/${namespace}-${rest.join('/')}`;
  const movedUrl = plain.text.slice(0, plain.text.length - plain.suffix.length - plain.path.length);
  // Its clone stays that of the URL that the source is known by.
  const target = { ...resolveLocation(`${movedUrl}/${moved}${plain.suffix}`, context), plainUrl: location.plainUrl };
  return { ...shared, path: withoutSuffix(moved), namespace: group, location: target };
}

/** @param needs the permission that a token must have for what is asked */
export function openApi(
  context: Omit<ForgeContext, 'entry'>,
  { server, token, location }: GitLabServer,
  needs = reading,
): ApiClient {
  const { log, signal, onProgress, credentials } = context;
  const base = new URL(`${server}/api/v4/`);
  const option = `gitlab_token of [${location.section}] in ${credentials.file}`;
  return context.connections.open({
    name: `GitLab at ${base.host}`,
    base,
    account: token ?? '',
    headers: token === undefined ? {} : { 'private-token': token },
    remedy: (status) => remedy(status, token, option, needs),
    unsafe: location.unsafe,
    ...{ log, signal, onProgress },
  });
}

/** What a token must be granted. */
interface Permission {
  readonly scope: string;
  readonly role?: string;
}

const reading: Permission = { scope: 'read_api', role: 'the role Reporter or more in the project' };

function remedy(status: number, token: string | undefined, option: string, { scope, role }: Permission): string {
  if (token === undefined) return `set ${option} to a token with the scope ${scope}`;
  return status === 401
    ? `${option} is unknown to the server, has expired or was revoked; renew it`
    : `${option} needs the scope ${scope}${role === undefined ? '' : `, and ${role}`}`;
}
