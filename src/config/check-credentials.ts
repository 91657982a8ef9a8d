import { existsSync } from 'node:fs';
import { checkFile } from './check-options.js';
import { optionsOf, placeOf, setValue } from './configuration-file.js';
import { credentialDefinition } from './credentials.js';
import type { Environment } from './environment.js';
import type { IniOption } from './ini.js';
import { error, type Problem, warning } from './problem.js';
import { isPlaceholder } from './template.js';

interface Host {
  readonly name: string;
  readonly place: string;
  readonly options: ReadonlyMap<string, IniOption>;
}

/** What is missing, wrong or contradictory in `credentials.cfg`. */
export function checkCredentials(environment: Environment): readonly Problem[] {
  const { problems, configuration } = checkFile('credentials', environment, (_, option) =>
    credentialDefinition(option),
  );
  if (configuration === undefined) return problems;
  const hosts = [...configuration.ini.sections]
    .filter(([name]) => !isPlaceholder(name))
    .map(
      ([name, { line }]): Host => ({
        name,
        place: placeOf(configuration, line),
        options: optionsOf(configuration, name),
      }),
    );
  const byName = new Map(hosts.map((host) => [host.name.toLowerCase(), host]));
  return [
    ...problems,
    ...hosts.flatMap((host) => [
      ...checkName(host),
      ...checkRedirection(host, byName),
      ...checkIdentity(host, environment),
      ...checkUse(host),
    ]),
  ];
}

function setOption(host: Host, option: string): string | undefined {
  return setValue(host.options.get(option));
}

function checkName({ name, place }: Host): readonly Problem[] {
  if (/^[A-Za-z0-9._-]+(?::[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](?::[0-9]+)?$|^[0-9A-Fa-f:]+$/.test(name)) return [];
  return [warning(place, `section [${name}] is not named as a host, or host:port, so no URL will find it`)];
}

function checkRedirection(host: Host, hosts: ReadonlyMap<string, Host>): readonly Problem[] {
  const target = setOption(host, 'host');
  if (target === undefined) return [];
  const redirected = hosts.get(target.toLowerCase());
  if (redirected === undefined) {
    return [error(host.place, `option "host" of section [${host.name}]: there is no section [${target}]; add it`)];
  }
  if (setOption(redirected, 'host') === undefined) return [];
  return [warning(host.place, `section [${host.name}] leads to [${target}], whose own option "host" is not followed`)];
}

function checkIdentity(host: Host, environment: Environment): readonly Problem[] {
  const variable = setOption(host, 'env');
  if (variable === undefined) return [];
  const subject = `option "env" of section [${host.name}]`;
  const file = environment[variable];
  if (file === undefined || file === '') {
    return [error(host.place, `${subject}: variable ${variable} is not set; it holds the path of the SSH key`)];
  }
  // The main key is made where it does not exist.
  const expanded = file.replace(/^~(?=\/|$)/, environment['HOME'] ?? '~');
  if (variable === environment['DEFINITIONS_CREDENTIALS_ENV'] || existsSync(expanded)) return [];
  return [error(host.place, `${subject}: there is no file ${file}, which variable ${variable} names`)];
}

function checkUse(host: Host): readonly Problem[] {
  const problems: Problem[] = [];
  const user = ['username', 'username.http'].find((option) => setOption(host, option) !== undefined);
  if (setOption(host, 'password') !== undefined && user === undefined) {
    problems.push(warning(host.place, `section [${host.name}] has a password, but no user name to use it with`));
  }
  if (setOption(host, 'unsafe_hosts') !== undefined) {
    problems.push(
      warning(host.place, `section [${host.name}]: certificates and host keys are not verified (unsafe_hosts)`),
    );
  }
  return problems;
}
