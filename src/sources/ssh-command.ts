import { mkdir } from 'node:fs/promises';
import { devNull } from 'node:os';
import path from 'node:path';
import type { Environment } from '../config/environment.js';
import type { Logger } from '../log/logger.js';
import type { Location } from './location.js';
import type { SharedSsh } from './shared-ssh.js';
import { shellQuote } from './shell-quote.js';

/** What reaching a host by ssh needs. */
export interface SshContext {
  readonly environment: Environment;
  readonly log: Logger;
  readonly sharedSsh: SharedSsh;
}

/**
 * The command line that a version control program reaches its host with. Host keys are learnt on first use, and a
 * changed one is refused, in the file that the agent pins its own in.
 *
 * @param program a command that the user has chosen in place of `ssh`
 */
export async function sshCommand(
  program: string | undefined,
  location: Location,
  { environment, log, sharedSsh }: SshContext,
): Promise<string> {
  const { identityFile, identityVariable } = location;
  if (identityVariable !== undefined && identityFile === undefined) {
    log.warn(`[${location.section}] env = ${identityVariable}: that variable is not set; ssh tries its own keys`);
  }
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=30',
    'ServerAliveInterval=30',
    ...(location.unsafe ? unsafeOptions : await hostKeyOptions(environment)),
    ...(identityFile === undefined ? [] : ['IdentitiesOnly=yes']),
  ];
  const key = identityFile === undefined ? [] : ['-i', shellQuote(identityFile)];
  const command = [program || 'ssh', ...key, ...options.map((option) => `-o ${shellQuote(option)}`)].join(' ');
  if (location.option('share_ssh') === undefined) return command;
  const socket = await sharedSsh.socketTo(location, command, log);
  return socket === undefined ? command : `${command} -o ControlMaster=no -o ControlPath=${socket}`;
}

const unsafeOptions = [
  'StrictHostKeyChecking=no',
  `UserKnownHostsFile=${devNull}`,
  `GlobalKnownHostsFile=${devNull}`,
  'LogLevel=ERROR',
];

async function hostKeyOptions(environment: Environment): Promise<readonly string[]> {
  const home = environment['HOME'];
  if (home === undefined || home === '') return ['StrictHostKeyChecking=accept-new'];
  const folder = path.join(home, '.ssh');
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  return ['StrictHostKeyChecking=accept-new', `UserKnownHostsFile="${path.join(folder, 'known_hosts')}"`];
}
