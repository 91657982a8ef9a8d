import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../config/atomic-file.js';
import type { HttpResponse } from '../http/response.js';
import { ensureKeyPair } from '../ssh/keys.js';
import type { KeyType } from '../ssh/private-key.js';
import { formatPublicKey } from '../ssh/public-key.js';
import { secretsFile, secretsSchema } from '../tables/secrets.js';
import { type AgentContext, fileExists, knownHostsPath, mainKeyPath, reportFailure } from './context.js';
import { Controller, type ControllerOptions } from './controller.js';
import { learnHostKeys } from './host-keys.js';
import { type PublishOptions, publishKeys } from './publish.js';

export interface IdentityOptions extends ControllerOptions, PublishOptions {
  /** Path of the private key. */
  readonly path?: string | undefined;
  readonly knownHosts?: string | undefined;
  readonly keyType?: KeyType;
}

/**
 * The public key in OpenSSH form, of a pair that is made where there is none; undefined where only a private key is
 * there, such as a deploy key that must not be spread.
 *
 * @throws {SshError} where the pair cannot be used or written
 */
async function publicKeyOf(
  context: AgentContext,
  path: string,
  options: Pick<IdentityOptions, 'keyType' | 'dryRun'>,
): Promise<string | undefined> {
  const found = await fileExists(path);
  context.log.info(found ? `Using existing key pair from ${path}` : `Generating new key pair to ${path}`);
  if ((found && !(await fileExists(`${path}.pub`))) || (!found && options.dryRun === true)) {
    return undefined;
  }
  const comment = `agent for the ${context.project} project`;
  const pair = await ensureKeyPair(path, { type: options.keyType ?? 'ed25519', comment });
  return formatPublicKey(pair.publicKey);
}

async function secretsAreGood(file: string): Promise<boolean> {
  try {
    return secretsSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).success;
  } catch {
    return false;
  }
}

/** Keeps what the controller answered as secrets.json, unless that would lose secrets for something that holds none. */
async function storeSecrets(context: AgentContext, response: HttpResponse): Promise<void> {
  const file = secretsFile(context.runtime.home, context.runtime.environment);
  let secrets: unknown;
  try {
    secrets = JSON.parse(response.text);
  } catch {
    context.log.error('The controller did not answer the registration with JSON; the old secrets stay as they are');
    return;
  }
  if (!secretsSchema.safeParse(secrets).success) {
    context.log.warn('The controller answered the registration without salts');
    if (await secretsAreGood(file)) {
      context.log.error(`The secrets in ${file} stay as they are`);
      return;
    }
  }
  await writeFileAtomically(file, JSON.stringify(secrets), 0o600);
}

/** False where the controller refused, which has been logged. */
async function register(context: AgentContext, controller: Controller, publicKey: string): Promise<boolean> {
  const response = await controller.register(publicKey);
  if (response.status !== 200) {
    reportFailure(context, response.statusError(), `The controller ${controller.host} did not take the public key`);
    return false;
  }
  await storeSecrets(context, response);
  return true;
}

async function registerAt(context: AgentContext, controller: Controller, options: IdentityOptions): Promise<void> {
  const path = mainKeyPath(context.runtime, options.path);
  const publicKey = await publicKeyOf(context, path, options);
  if (publicKey === undefined) {
    context.log.warn(`No public key part for key ${path} to send to the controller ${controller.host}`);
  } else {
    context.log.info(`Registering the public key at the controller ${controller.host}`);
  }
  if (options.dryRun === true) {
    return;
  }
  if (publicKey === undefined || (await register(context, controller, publicKey))) {
    await learnHostKeys(context, controller, knownHostsPath(context.runtime, options.knownHosts));
  }
}

/**
 * Makes the agent's key pair and registers it with the controller, which answers with the secrets of the project; then
 * makes it known to the hosts that repositories are read from.
 *
 * @returns exit code: 0 also where the controller refused, which is logged; 1 where there was no verified connection
 * or the keys cannot be used
 */
export async function generateKey(context: AgentContext, options: IdentityOptions): Promise<number> {
  if (options.dryRun === true) {
    context.log.info('Dry run: the log only says what would happen');
  }
  let controller: Controller | undefined;
  try {
    controller = Controller.of(context, options);
    if (controller === undefined) {
      context.log.info('There is no controller to register a key at: ssh.host is not set, or --no-ssh is given');
    } else {
      await registerAt(context, controller, options);
    }
    await publishKeys(context, options, (path) => publicKeyOf(context, path, options));
    return 0;
  } catch (error) {
    return reportFailure(context, error, 'Could not register with the controller');
  } finally {
    await controller?.close();
  }
}
