import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../../config/atomic-file.js';
import type { Environment } from '../../config/environment.js';
import { ConfigError } from '../../config/errors.js';
import { namedCertificateFiles, systemCertificates } from '../../http/certificate.js';
import { type Location, warnUnsafe } from '../location.js';
import type { RepositoryContext } from '../repository.js';
import { formatHost } from '../source-url.js';
import { type SshContext, sshCommand } from '../ssh-command.js';

/** How git reaches one repository. */
export interface Connection {
  /** Others can see it: it holds no password. */
  readonly url: string;
  /** With settings of git, and with the password for its credential helper. */
  readonly environment: Environment;
}

export type ConnectionContext = SshContext & Pick<RepositoryContext, 'repositories' | 'project'>;

/** `ext::` and other remote helpers run a command of the URL's choice. */
const protocols = 'file:git:http:https:ssh';

/**
 * Answers git's question for a user name and password of one host from the environment. Git asks when the server asks,
 * so that any method of authentication that it knows will do.
 */
const credentialHelper =
  '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$GATHERER_GIT_USERNAME" "$GATHERER_GIT_PASSWORD"; }; f';

/** A server that sends less than a byte a second for five minutes is given up. */
const patience: readonly Setting[] = [
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '300'],
];

type Setting = readonly [name: string, value: string];

/**
 * @throws {ConfigError} where the credentials cannot be handed to git
 */
export async function connectionTo(location: Location, context: ConnectionContext): Promise<Connection> {
  const { environment } = context;
  warnUnsafe(location, context.log);
  const isHttp = location.scheme === 'http' || location.scheme === 'https';
  return {
    url: location.scheme === '' ? `file://${path.resolve(location.url)}` : location.url,
    environment: {
      ...environment,
      ...proxyVariables(environment),
      SSH_ASKPASS: undefined,
      GIT_ASKPASS: '',
      GIT_ALLOW_PROTOCOL: protocols,
      ...(isHttp ? await httpVariables(location, context) : {}),
      ...(location.scheme === 'ssh'
        ? { GIT_SSH_COMMAND: await sshCommand(environment['GIT_SSH_COMMAND'], location, context) }
        : {}),
    },
  };
}

async function httpVariables(location: Location, context: ConnectionContext): Promise<Environment> {
  const { environment } = context;
  const settings = [...httpSettings(location), ...(await certificateSettings(location, context))];
  return { ...passwordVariables(location), ...settingVariables(settings, environment) };
}

/** Git takes one file, in place of those of the system. */
async function certificateSettings(
  { scheme, unsafe }: Location,
  { environment, repositories, project }: ConnectionContext,
): Promise<readonly Setting[]> {
  const isNamed = namedCertificateFiles(environment).length > 0 && !environment['GIT_SSL_CAINFO'];
  if (scheme !== 'https' || unsafe || !isNamed) return [];
  const file = path.join(repositories, project, '.certificates.pem');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFileAtomically(file, `${(await systemCertificates(environment)).join('\n')}\n`, 0o644);
  return [['http.sslCAInfo', file]];
}

function httpSettings(location: Location): readonly Setting[] {
  const port = location.port === undefined ? '' : `:${location.port}`;
  const base = `${location.scheme}://${formatHost(location.hostname)}${port}`;
  return [
    ...patience,
    ...(location.unsafe ? [[`http.${base}/.sslVerify`, 'false'] as const] : []),
    // An empty value forgets the helpers of the user's own configuration, which might ask or store.
    ...(hasPassword(location)
      ? [['credential.helper', ''] as const, [`credential.${base}.helper`, credentialHelper] as const]
      : []),
  ];
}

/** Settings for git and the programs that it starts, behind those that the environment already gives. */
function settingVariables(settings: readonly Setting[], environment: Environment): Environment {
  const first = Number(environment['GIT_CONFIG_COUNT'] ?? 0) || 0;
  const variables = settings.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, name],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  return { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(first + settings.length) };
}

function hasPassword(location: Location): boolean {
  return location.username !== undefined && location.password !== undefined;
}

function passwordVariables({ username, password, section }: Location): Environment {
  if (username === undefined || password === undefined) return {};
  if (/[\r\n\0]/.test(username + password)) {
    throw new ConfigError('credentials.cfg', `[${section}] username and password must be on one line`);
  }
  return { GATHERER_GIT_USERNAME: username, GATHERER_GIT_PASSWORD: password };
}

/** libcurl reads the proxy of http in lower case only. */
function proxyVariables(environment: Environment): Environment {
  const names = ['http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name] || environment[name.toUpperCase()];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}
