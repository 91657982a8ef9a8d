import { ConfigError } from '../../config/errors.js';
import type { Settings } from '../../config/settings.js';
import type { ApiClient } from '../../http/api.js';
import type { Authentication } from '../../http/connections.js';
import { type Location, resolveLocation } from '../location.js';
import { trimSlashes } from '../source-url.js';
import type { StepContext } from '../step-source.js';
import type { JiraOptions } from './options.js';
import { sessionOf } from './session.js';

/** Where Jira is, and who asks. */
export interface JiraPlace {
  /** Base URL as it is configured, without slash at its end. */
  readonly server: string;
  readonly account: JiraAccount | undefined;
  /** Path of the agile API below `rest/`. */
  readonly agilePath: string;
  /** What agents have always exported wrongly is put right. */
  readonly corrections: boolean;
  readonly location: Location;
}

export type JiraAccount =
  | { readonly kind: 'basic' | 'cookie'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** What says where Jira is. */
export type JiraSurroundings = Pick<StepContext, 'settings' | 'credentials' | 'environment'>;

/** @throws {ConfigError} where no server is configured, or an option cannot be used */
export function resolvePlace(context: JiraSurroundings, options: JiraOptions): JiraPlace {
  const { settings, credentials, environment } = context;
  const configured = options.server ?? settings.get('jira', 'server');
  if (configured === undefined) {
    throw new ConfigError(settings.file, '[jira] server is not set: expected the base URL of Jira, or --server');
  }
  const location = resolveLocation(configured, { credentials, environment, followHostChange: true });
  const agilePath = location.option('agile_rest_path') ?? 'agile';
  if (!/^[\w-]+$/.test(agilePath)) {
    const expected = 'expected a name such as agile';
    throw new ConfigError(credentials.file, `[${location.section}] agile_rest_path = ${agilePath}: ${expected}`);
  }
  return {
    server: publicServer(location.plainUrl, settings),
    account: findAccount(location, options, context),
    agilePath,
    corrections: location.option('jira_corrections') !== undefined,
    location,
  };
}

/** The option `host` of a section picks whose credentials are used; the server stays the one of the settings. */
function publicServer(text: string, { file }: Settings): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw new ConfigError(file, `[jira] server = ${text} is no URL that starts with http:// or https://`);
  }
  const url = new URL(text);
  return `${url.origin}/${trimSlashes(url.pathname)}`.replace(/\/$/, '');
}

/** The command line first, then the section of the host, then the settings: never the name of one and the word of another. */
function findAccount(location: Location, options: JiraOptions, context: JiraSurroundings): JiraAccount | undefined {
  const { settings } = context;
  const setting = (name: 'username' | 'password') => settings.get('jira', name);
  const isGiven = options.username !== undefined || options.password !== undefined;
  const token = location.option('jira_token');
  if (token !== undefined && !isGiven) return { kind: 'bearer', token };
  const kind = location.option('jira_auth') === 'cookie' ? 'cookie' : 'basic';
  const pairs: readonly (readonly [string | undefined, string | undefined])[] = [
    ...(isGiven ? [[options.username ?? setting('username'), options.password ?? setting('password')] as const] : []),
    [location.username, location.password],
    [setting('username'), setting('password')],
  ];
  for (const [username, password] of pairs) {
    if (username !== undefined && password !== undefined) return { kind, username, password };
  }
  return undefined;
}

export function openApi(context: Pick<StepContext, 'connections' | 'onProgress'>, place: JiraPlace): ApiClient {
  const { server, account, location } = place;
  const base = new URL(`${server}/rest/`);
  const name = `Jira at ${base.host}`;
  return context.connections.open({
    ...{ name, base, onProgress: context.onProgress },
    headers: headersOf(account),
    account: accountName(account),
    unsafe: location.unsafe,
    ...(account?.kind === 'cookie' ? { authentication: session(base, account) } : {}),
    remedy: (status) => remedy(status, place),
  });
}

function session(
  base: URL,
  { username, password }: { readonly username: string; readonly password: string },
): Authentication {
  return {
    name: 'jira-session',
    apply: (client) => sessionOf(client, new URL('auth/1/session', base), { username, password }),
  };
}

function headersOf(account: JiraAccount | undefined): Readonly<Record<string, string>> {
  if (account?.kind === 'bearer') return { authorization: `Bearer ${account.token}` };
  if (account?.kind !== 'basic') return {};
  const pair = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

function accountName(account: JiraAccount | undefined): string {
  if (account === undefined) return '';
  return account.kind === 'bearer' ? account.token : `${account.kind} ${account.username} ${account.password}`;
}

/** What a person can do about a refusal. */
function remedy(status: number, { account, location }: JiraPlace): string {
  const section = `[${location.section}] of credentials.cfg`;
  if (account === undefined) {
    return `no account is configured: set username and password in [jira] of settings.cfg or in ${section}, or jira_token there`;
  }
  const options =
    account.kind === 'bearer'
      ? `jira_token in ${section}`
      : `username and password in ${section} or [jira] of settings.cfg`;
  if (status === 401) return `Jira does not accept the account; correct ${options}`;
  return `the account of ${options} may not see this: give it the permission to browse the project, or log in with it in a browser once where Jira wants to see a person`;
}
