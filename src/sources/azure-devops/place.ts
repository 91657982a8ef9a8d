import { ConfigError } from '../../config/errors.js';
import type { ApiClient } from '../../http/api.js';
import { type Location, type LocationContext, resolveLocation } from '../location.js';
import type { ForgeContext } from '../repository.js';
import { type PlainUrl, parseSourceUrl, percentDecode, trimSlashes } from '../source-url.js';
import { webOrigin } from '../web-server.js';
import { type Account, type Proof, proofOf } from './authentication.js';
import { readProblem } from './problem.js';

/** What a source of Azure DevOps or TFS names, by its URL and the credentials. Names are as the URL has them. */
export interface AzurePlace {
  /** `https://host:port` of the web server. */
  readonly server: string;
  /** `tfs/DefaultCollection`, or an organization; empty where the host itself is one. */
  readonly collection: string;
  /** Undefined where the URL goes from the collection to the repository straight away. */
  readonly project?: string;
  /** Undefined where the URL names none. */
  readonly repository?: string;
  readonly account?: Account;
  readonly proof: Proof;
  /** Where its repository is cloned from. */
  readonly location: Location;
}

/** Parts of a URL of the service that stand for something else than a collection. */
const serviceSsh = /^(?:ssh\.dev\.azure\.com|vs-ssh\.visualstudio\.com)$/;
const serviceHost = /(?:^|\.)(?:dev\.azure\.com|visualstudio\.com)$/;

/**
 * @param type of the source: `tfvc` sends its password unasked
 * @throws {ConfigError} where the URL or an option of its host cannot be used
 */
export function resolvePlace(url: string, type: string, context: LocationContext): AzurePlace {
  const plain = parseSourceUrl(url);
  const location = resolveLocation(url, context);
  if (location.hostname === '') {
    throw new ConfigError(location.plainUrl, 'is no URL of Azure DevOps; expected https://host/collection/project');
  }
  const account = accountOf(plain, location);
  const isBasic = account?.isToken === true || type === 'tfvc' || serviceHost.test(location.hostname);
  return {
    ...(serviceSsh.test(location.hostname) ? servicePath(plain, location) : usualPath(plain, location, type)),
    ...(account === undefined ? {} : { account }),
    proof: proofOf(account, isBasic ? 'basic' : 'challenged'),
    location: withAccount(location, account),
  };
}

type Names = Pick<AzurePlace, 'server' | 'collection' | 'project' | 'repository'>;

/** `git@ssh.dev.azure.com:v3/organization/project/repository` */
function servicePath({ path }: PlainUrl, { plainUrl }: Location): Names {
  const [version, collection, project, repository, ...more] = trimSlashes(path).split('/');
  if (version !== 'v3' || collection === undefined || project === undefined || more.length > 0) {
    throw new ConfigError(plainUrl, 'names no repository of Azure DevOps; expected v3/organization/project/repository');
  }
  return {
    server: 'https://dev.azure.com',
    ...{ collection, project },
    ...(repository === undefined ? {} : { repository }),
  };
}

function usualPath(plain: PlainUrl, location: Location, type: string): Names {
  const server = webOrigin(plain, location, location.option('web_port'));
  const [before = '', ...after] = `/${trimSlashes(plain.path)}`.split(/\/_(?:git|ssh)\//i);
  const repository = after.join('/').replace(/^_(?:full|optimized)\//, '');
  const parts = trimSlashes(before)
    .split('/')
    .filter((part) => part !== '');
  const depth = parts[0]?.toLowerCase() === 'tfs' ? 2 : 1;
  const isProject = type === 'tfvc' && parts.length === 1;
  const collection = isProject ? '' : parts.slice(0, depth).join('/');
  const project = isProject ? parts[0] : parts[depth];
  return {
    ...{ server, collection },
    ...(project === undefined ? {} : { project }),
    ...(repository === '' ? {} : { repository }),
  };
}

/** Over SSH too, the API wants what is for http. */
function accountOf(plain: PlainUrl, location: Location): Account | undefined {
  const token = location.option('tfs_token');
  const named = location.option('username.http') ?? location.option('username');
  const username = named === undefined ? plain.username : percentDecode(named);
  if (token !== undefined) return { username: username ?? '', password: token, isToken: true };
  const password = location.option('password') ?? plain.password;
  if (password === undefined) return undefined;
  return { username: username ?? '', password, isToken: username === undefined };
}

/** Git asks for a user name, whatever it is, beside a token. */
function withAccount(location: Location, account: Account | undefined): Location {
  if (account?.isToken !== true || !/^https?$/.test(location.scheme)) return location;
  return { ...location, username: account.username || 'token', password: account.password };
}

/** The part of the path that the API lies below, for people: the project, or else the collection. */
export function placeUrl({ server, collection, project }: AzurePlace): string {
  return [server, collection, project].filter((part) => part !== undefined && part !== '').join('/');
}

export function openApi(context: Omit<ForgeContext, 'entry'>, place: AzurePlace): ApiClient {
  const { log, signal, onProgress, credentials } = context;
  const { server, account, proof, location } = place;
  const base = new URL(`${server}/`);
  const section = `[${location.section}] in ${credentials.file}`;
  return context.connections.open({
    name: `Azure DevOps at ${base.host}`,
    base,
    account: account === undefined ? '' : `${account.username}:${account.password}`,
    // The service would answer with a page to sign in at.
    headers: { 'x-tfs-fedauthredirect': 'Suppress' },
    authentication: proof,
    remedy: (status) => remedy(status, account, section),
    explain: readProblem,
    unsafe: location.unsafe,
    ...{ log, signal, onProgress },
  });
}

const scopes = 'the scopes Code (Read), Work Items (Read), and Project and Team (Read)';

function remedy(status: number, account: Account | undefined, section: string): string {
  if (account === undefined) return `set tfs_token of ${section} to a personal access token with ${scopes}`;
  const what = account.isToken ? `tfs_token (or password) of ${section}` : `username and password of ${section}`;
  if (status === 401) return `${what} are unknown to the server, have expired or were revoked; renew them`;
  return `${what} need ${scopes}, and an account that may read the project`;
}
