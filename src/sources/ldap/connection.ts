import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Client, InvalidCredentialsError, ResultCodeError } from 'ldapts';
import type { Environment } from '../../config/environment.js';
import { trustedContext } from '../../http/certificate.js';
import { DenyList } from '../../http/deny-list.js';
import { explain } from '../../http/errors.js';
import type { Logger } from '../../log/logger.js';
import type { GatherContext } from '../source.js';
import { LdapError } from './errors.js';
import type { Server } from './options.js';

/** Milliseconds: for the connection, for all until the login is done, and for each search. */
const patience = { connect: 15_000, login: 60_000, operation: 120_000 };

/** Result code of a server that wants another one to be asked. */
const referral = 10;

/**
 * Connects to a directory, encrypted where the address or `start_tls` wants it, and logs in where there is a manager.
 *
 * @throws {LdapError} where that fails; nothing goes on as an anonymous user
 */
export async function connectTo(
  server: Server,
  { environment, log, signal }: Pick<GatherContext, 'environment' | 'log' | 'signal'>,
): Promise<Client> {
  const { url } = server;
  if (DenyList.parse(environment['GATHERER_URL_BLACKLIST']).denies(url)) {
    throw new LdapError(`${url.href} is on the list of GATHERER_URL_BLACKLIST: it is not connected to`);
  }
  const encryption = await encryptionOf(server, environment, log);
  const client = new Client({
    url: `${url.protocol}//${url.host}`,
    connectTimeout: patience.connect,
    timeout: patience.operation,
    ...(url.protocol === 'ldaps:' ? { tlsOptions: encryption } : {}),
  });
  try {
    await unlessAborted(
      logIn(client, server, encryption),
      AbortSignal.any([signal, AbortSignal.timeout(patience.login)]),
    );
    return client;
  } catch (error) {
    await disconnect(client);
    throw explained(error, server);
  }
}

/** Ends a connection, also one that is broken. */
export async function disconnect(client: Client): Promise<void> {
  await client.unbind().catch(() => undefined);
}

/** What a failed operation means, and what mends it. */
export function explained(error: unknown, { url, manager }: Server): Error {
  const where = `The LDAP server ${url.host}`;
  if (error instanceof LdapError) return error;
  if (error instanceof InvalidCredentialsError) {
    const who = manager?.dn ?? 'anonymous users';
    return new LdapError(`${where} does not let ${who} in; check manager_dn and manager_password of section [ldap]`);
  }
  if (!(error instanceof ResultCodeError)) return new LdapError(`${where}: ${explain(error).text}`, { cause: error });
  if (error.code === referral) {
    return new LdapError(
      `${where} refers to another server, which is not followed; set server and root_dn of section [ldap] to that one`,
    );
  }
  return new LdapError(`${where} refuses: ${error.message} (result ${error.code})`, { cause: error });
}

async function logIn(client: Client, { manager, startTls }: Server, encryption: ConnectionOptions): Promise<void> {
  if (startTls) await client.startTLS(encryption);
  if (manager !== undefined) await client.bind(manager.dn, manager.password);
}

async function encryptionOf(
  { url, startTls, certificateFile, unsafe, manager }: Server,
  environment: Environment,
  log: Logger,
): Promise<ConnectionOptions> {
  if (url.protocol === 'ldap:' && !startTls) {
    if (manager !== undefined && !isLoopback(url)) {
      log.warn(`The password for ${url.host} is sent in plain text; set server to ldaps://, or start_tls, in [ldap]`);
    }
    return {};
  }
  if (unsafe) log.warn(`unsafe_hosts is set for ${url.host}: its certificate is not verified`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    secureContext: await trustedContext(certificateFile, environment),
    rejectUnauthorized: !unsafe,
  };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

/** The result of an action, unless the signal comes first. */
function unlessAborted<T>(action: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    action.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  });
}
