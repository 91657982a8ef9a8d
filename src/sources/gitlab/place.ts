import { ConfigError } from '../../config/errors.js';
import type { ApiClient } from '../../http/api.js';
import { type Location, type LocationContext, resolveLocation } from '../location.js';
import type { ForgeContext } from '../repository.js';
import { formatHost, type PlainUrl, parseSourceUrl } from '../source-url.js';

/** A project of GitLab, and the place of its group, as the URL of a source and the credentials have it. */
export interface GitLabPlace {
  /** URL of the server, with the folder that it lies below, without trailing slash. */
  readonly server: string;
  /** `group/subgroup/project`, not percent-encoded. */
  readonly path: string;
  /** First part of the path. */
  readonly namespace: string;
  /** Option `group` of the host of the URL. */
  readonly group?: string;
  readonly token?: string;
  /** Where its repository is cloned from. */
  readonly location: Location;
}

const webSchemes: readonly string[] = ['http', 'https'];

/** @throws {ConfigError} where the URL or an option of its host cannot be used, or the URL names no project */
export function resolvePlace(url: string, context: LocationContext): GitLabPlace {
  const plain = parseSourceUrl(url);
  const location = resolveLocation(url, context);
  const folder = trimSlashes(location.option('strip') ?? '');
  const whole = trimSlashes(plain.path);
  const path = trimSlashes(whole.startsWith(folder) ? whole.slice(folder.length) : whole);
  const [namespace = '', ...rest] = path.split('/');
  if (rest.length === 0 || location.hostname === '') {
    throw new ConfigError(location.plainUrl, 'names no project of GitLab; expected https://host/group/project');
  }
  const own = ownSection(plain);
  const group = context.credentials.get(own, 'group');
  const token = location.option('gitlab_token');
  const shared = {
    server: `${webScheme(plain, location)}://${webHost(plain, location)}${folder === '' ? '' : `/${folder}`}`,
    ...(group === undefined ? {} : { group }),
    ...(token === undefined ? {} : { token }),
  };
  const isMoved = location.section !== own && group !== undefined && group !== namespace;
  if (!isMoved) return { ...shared, path: withoutSuffix(path), namespace, location };
  const moved = `${group}/${namespace}-${rest.join('/')}`;
  const movedUrl = plain.text.slice(0, plain.text.length - plain.suffix.length - plain.path.length);
  // Its clone stays that of the URL that the source is known by.
  const target = { ...resolveLocation(`${movedUrl}/${moved}${plain.suffix}`, context), plainUrl: location.plainUrl };
  return { ...shared, path: withoutSuffix(moved), namespace: group, location: target };
}

/** @throws {ConfigError} as resolvePlace */
export function openApi(context: ForgeContext, { server, token, location }: GitLabPlace): ApiClient {
  const { log, signal, onProgress, credentials } = context;
  const base = new URL(`${server}/api/v4/`);
  const option = `gitlab_token of [${location.section}] in ${credentials.file}`;
  return context.connections.open({
    name: `GitLab at ${base.host}`,
    base,
    account: token ?? '',
    headers: token === undefined ? {} : { 'private-token': token },
    remedy: (status) => remedy(status, token, option),
    unsafe: location.unsafe,
    ...{ log, signal, onProgress },
  });
}

function remedy(status: number, token: string | undefined, option: string): string {
  if (token === undefined) return `set ${option} to a token with the scope read_api`;
  return status === 401
    ? `${option} is unknown to the server, has expired or was revoked; renew it`
    : `${option} needs the scope read_api, and the role Reporter or more in the project`;
}

/** Section of credentials.cfg that a URL names by itself. */
function ownSection({ hostname, port }: PlainUrl): string {
  return port === undefined ? hostname : `${hostname}:${port}`;
}

function webScheme({ scheme }: PlainUrl, location: Location): string {
  const protocol = location.option('protocol');
  if (protocol !== undefined) return protocol;
  return webSchemes.includes(scheme) ? scheme : 'https';
}

/** The port of an SSH URL is not that of the API. */
function webHost(plain: PlainUrl, { section }: Location): string {
  const isOwnSshPort = plain.scheme === 'ssh' && plain.port !== undefined && section === ownSection(plain);
  return isOwnSshPort ? formatHost(plain.hostname) : section;
}

function trimSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, '');
}

export function withoutSuffix(path: string): string {
  return path.replace(/\.git$/, '');
}
