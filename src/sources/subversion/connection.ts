import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Environment } from '../../config/environment.js';
import { ConfigError } from '../../config/errors.js';
import { namedCertificateFiles } from '../../http/certificate.js';
import { proxyFor } from '../../http/proxy.js';
import type { SvnConnection } from '../../svn/run.js';
import { type Location, warnUnsafe } from '../location.js';
import { formatHost, percentDecode } from '../source-url.js';
import { type SshContext, sshCommand } from '../ssh-command.js';

/** A configuration of svn names programs for other schemes, which a URL must not choose. */
const schemes: readonly string[] = ['file', 'http', 'https', 'svn', 'svn+ssh'];

/** A connection with what is to be cleared away after it. */
export interface OpenConnection extends SvnConnection {
  /** Ends the svn commands that still run. */
  close(): Promise<void>;
}

/**
 * Prepares how svn reaches a repository, with a configuration of its own in a folder that others cannot read.
 *
 * @throws {ConfigError} where the URL or the credentials cannot be handed to svn
 */
export async function openConnection(
  location: Location,
  context: SshContext & { readonly signal: AbortSignal },
): Promise<OpenConnection> {
  const { environment, signal } = context;
  warnUnsafe(location, context.log);
  const url = repositoryUrl(location);
  const servers = serverSettings(url, environment);
  const command = url.startsWith('svn+ssh:') ? await sshCommandOf(location, context) : undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'gatherer-svn-'));
  await writeFile(path.join(folder, 'servers'), servers, { mode: 0o600 });
  await writeFile(path.join(folder, 'config'), '[auth]\npassword-stores =\nstore-auth-creds = no\n', { mode: 0o600 });
  const closing = new AbortController();
  return {
    url,
    ...loginOf(location, url),
    unsafe: location.unsafe && url.startsWith('https:'),
    folder,
    environment,
    ...(command === undefined ? {} : { sshCommand: command }),
    signal: AbortSignal.any([signal, closing.signal]),
    close: async () => {
      closing.abort();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The URL of the project, the folder that holds `trunk`. */
function repositoryUrl({ scheme, hostname, path: place, port, username }: Location): string {
  const folder = place.replace(/\/+(?:trunk\/*)?$/, '');
  if (scheme === '') return pathToFileURL(folder === '' ? '/' : folder).href;
  const tunnel = scheme === 'ssh' || scheme === 'svn+ssh';
  if (!tunnel && !schemes.includes(scheme)) {
    throw new ConfigError(
      'data_sources.json',
      `svn cannot read ${scheme}: URLs; expected one of ${schemes.join(', ')}`,
    );
  }
  // Svn gives ssh the port as a part of the host, which ssh does not understand.
  if (tunnel)
    return `svn+ssh://${username === undefined ? '' : `${encodeURIComponent(username)}@`}${formatHost(hostname)}${folder}`;
  return `${scheme}://${formatHost(hostname)}${port === undefined ? '' : `:${port}`}${folder}`;
}

function loginOf(location: Location, url: string): Pick<SvnConnection, 'username' | 'password'> {
  const { username, password, section } = location;
  if (!/^(?:https?|svn):/.test(url)) return {};
  if (/[\r\n\0]/.test(`${username ?? ''}${password ?? ''}`)) {
    throw new ConfigError('credentials.cfg', `[${section}] username and password must be on one line`);
  }
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** Svn splits this at blanks and knows quotes, but no shell. */
async function sshCommandOf(location: Location, context: SshContext): Promise<string> {
  const { identityFile, port } = location;
  if (identityFile !== undefined && /['"\\]/.test(identityFile)) {
    throw new ConfigError(
      location.identityVariable ?? 'env',
      'must name a file without quotes and backslashes for svn',
    );
  }
  const command = await sshCommand(context.environment['SVN_SSH'], location, context);
  return `${command}${port === undefined ? '' : ` -p ${port}`} --`;
}

/** Svn does not read the variables of proxies. */
function serverSettings(url: string, environment: Environment): string {
  const lines = ['[global]', 'http-timeout = 3600', 'store-auth-creds = no'];
  const proxy = /^https?:/.test(url) && URL.canParse(url) ? proxyFor(new URL(url), environment) : undefined;
  if (proxy !== undefined) {
    lines.push(`http-proxy-host = ${proxy.hostname}`, `http-proxy-port = ${proxy.port || '80'}`);
    if (proxy.username !== '') lines.push(`http-proxy-username = ${oneLine(proxy.username)}`);
    if (proxy.password !== '') lines.push(`http-proxy-password = ${oneLine(proxy.password)}`);
  }
  // Svn stops at a file that it cannot read.
  const trusted = namedCertificateFiles(environment).filter((file) => existsSync(file));
  if (trusted.length > 0) lines.push(`ssl-authority-files = ${trusted.map((file) => path.resolve(file)).join(';')}`);
  return `${lines.join('\n')}\n`;
}

function oneLine(encoded: string): string {
  return percentDecode(encoded).replace(/[\r\n]/g, '');
}
