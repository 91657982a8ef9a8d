import { connect, type SshClient } from '../ssh/client.js';
import { type AgentContext, knownHostsPath, mainKeyPath } from './context.js';
import type { Controller, ControllerOptions } from './controller.js';
import { learnHostKeys } from './host-keys.js';

/** Options by which a command reaches the SSH server of the controller. */
export interface TransferOptions extends ControllerOptions {
  /** Path of the private key. */
  readonly path?: string | undefined;
  /** User name at the server. */
  readonly agent?: string | undefined;
}

/** User name at the controller, from the options or from ssh.username; undefined where there is none. */
export function agentUser(context: AgentContext, options: TransferOptions): string | undefined {
  return options.agent ?? context.runtime.settings.get('ssh', 'username');
}

/**
 * Runs an action with a login at the controller's SSH server, whose host key is pinned.
 *
 * @throws {SshError} where there is no such login
 */
export async function withTransfer<T>(
  context: AgentContext,
  controller: Controller,
  username: string,
  options: TransferOptions,
  action: (client: SshClient) => Promise<T>,
): Promise<T> {
  const file = knownHostsPath(context.runtime);
  const client = await connect({
    host: controller.sshHost,
    port: await learnHostKeys(context, controller, file),
    username,
    keyPath: mainKeyPath(context.runtime, options.path),
    hostKeys: { file, unknown: 'pin' },
    log: context.log,
    signal: context.signal,
  });
  try {
    return await action(client);
  } finally {
    await client.close();
  }
}
