import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Credentials } from '../../config/credentials.js';
import { isFalsy } from '../../config/falsy.js';
import type { Settings } from '../../config/settings.js';
import { type LocationContext, resolveLocation } from '../location.js';
import type { SourceEntry } from '../source.js';
import { type PlainUrl, parseWebUrl, withoutAccount } from '../source-url.js';
import { ownSection } from '../web-server.js';

/** A Jenkins server as the configuration has it. */
export interface JenkinsPlace {
  /** Base URL as it is known by, with a slash at its end and without account. */
  readonly url: string;
  readonly account?: { readonly username: string; readonly password: string };
  /** The certificate is not verified. */
  readonly unsafe: boolean;
  /** PEM file of the certificate that it must show. */
  readonly certificateFile?: string;
  /** Where the account is configured, for messages. */
  readonly accountOption: string;
}

/** What a command line has in place of the settings. */
export interface JenkinsOptions {
  readonly host?: string;
  readonly username?: string;
  readonly password?: string;
  /** Path of a certificate, true for the certificates of the system, false for no verification. */
  readonly verify?: string | boolean;
}

export interface JenkinsSettings {
  readonly home: string;
  readonly settings: Settings;
  readonly credentials: Credentials;
}

/**
 * The server of section `[jenkins]`, or of the options in its place; undefined where there is none.
 *
 * @throws {ConfigError} where its URL cannot be used
 */
export function placeOfSettings(
  { home, settings, credentials }: JenkinsSettings,
  options: JenkinsOptions = {},
): JenkinsPlace | undefined {
  const url = options.host ?? settings.get('jenkins', 'host');
  if (url === undefined || isFalsy(url)) return undefined;
  const plain = parseWebUrl(url, 'Jenkins', options.host === undefined ? settings.file : '--host');
  const section = ownSection(plain);
  const login = (name: 'username' | 'password'): string | undefined =>
    [options[name], settings.get('jenkins', name), credentials.get(section, name), plain[name]].find(
      (value) => value !== undefined && !isFalsy(value),
    );
  return {
    url: baseUrl(plain),
    ...accountOf(login('username'), login('password')),
    ...verification(options.verify ?? verifySetting(settings), home),
    accountOption: `username and password of section [jenkins] in ${settings.file}`,
  };
}

/**
 * The server that is a source of the project. Its account may be that of another host, to which `host` leads.
 *
 * @throws {ConfigError} where its URL or an option of its host cannot be used
 */
export function placeOfSource(entry: SourceEntry, context: LocationContext): JenkinsPlace {
  const plain = parseWebUrl(entry.url, 'Jenkins', 'data_sources.json');
  const { username, password, unsafe, section } = resolveLocation(entry.url, context);
  return {
    url: baseUrl(plain),
    ...accountOf(username, password),
    unsafe,
    accountOption: `username and password of [${section}] in ${context.credentials.file}`,
  };
}

function baseUrl(plain: PlainUrl): string {
  return `${withoutAccount(plain).replace(/\/+$/, '')}/`;
}

function accountOf(username: string | undefined, password: string | undefined): Pick<JenkinsPlace, 'account'> {
  return username === undefined || password === undefined ? {} : { account: { username, password } };
}

/** An option that is absent or empty is no wish to do without verification. */
function verifySetting(settings: Settings): string | boolean {
  const written = settings.section('jenkins').get('verify') ?? '';
  return settings.get('jenkins', 'verify') ?? (written === '' || !isFalsy(written));
}

function verification(verify: string | boolean, home: string): Pick<JenkinsPlace, 'unsafe' | 'certificateFile'> {
  const file = typeof verify === 'string' ? path.resolve(home, verify) : undefined;
  return { unsafe: verify === false, ...(file !== undefined && existsSync(file) ? { certificateFile: file } : {}) };
}
