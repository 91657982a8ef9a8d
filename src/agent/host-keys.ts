import { ConfigError } from '../config/errors.js';
import { HttpError } from '../http/errors.js';
import { pinHostKeys } from '../ssh/known-hosts.js';
import { type AgentContext, resolvePath } from './context.js';
import type { Controller } from './controller.js';

const defaultPort = 22;

/**
 * Port of the controller's SSH server. Where the controller gives its host keys over verified TLS, they are pinned on
 * the way; otherwise the first SSH connection pins what it meets.
 *
 * @throws {SshError} where the keys contradict those that are pinned
 */
export async function learnHostKeys(
  context: AgentContext,
  controller: Controller,
  knownHosts: string,
): Promise<number> {
  const port = configuredPort(context);
  const given = await giveUpQuietly(context, controller);
  const used = port ?? given?.port ?? defaultPort;
  if (given !== undefined && given.host_keys.length > 0) {
    await pinHostKeys(knownHosts, controller.sshHost, used, given.host_keys);
    context.log.debug(`Host keys of ${controller.sshHost} are pinned in ${resolvePath(context.runtime, knownHosts)}`);
  }
  return used;
}

/** @throws {ConfigError} where SSH_PORT is no port */
function configuredPort({ runtime }: AgentContext): number | undefined {
  const { SSH_PORT: text = '' } = runtime.environment;
  if (text === '') {
    return undefined;
  }
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new ConfigError('SSH_PORT', `"${text}" is not a port; expected a number from 1 to 65535`);
  }
  return port;
}

/** A controller that cannot be asked over HTTPS does not stop a transfer to a host whose key is pinned already. */
async function giveUpQuietly(context: AgentContext, controller: Controller): ReturnType<Controller['hostKeys']> {
  try {
    return await controller.hostKeys();
  } catch (error) {
    if (error instanceof HttpError) {
      context.log.debug(`The controller gives no host keys: ${error.message}`);
      return undefined;
    }
    throw error;
  }
}
