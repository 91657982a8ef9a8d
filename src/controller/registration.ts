import type { Settings } from '../config/settings.js';
import type { Logger } from '../log/logger.js';
import { formatPublicKey, type PublicKey, PublicKeyError, parsePublicKey } from '../ssh/public-key.js';
import { admit, type RegistrationPolicy } from './admission.js';
import { prepareFolders } from './agent-folders.js';
import type { ControllerStore } from './controller-store.js';
import type { Folders } from './folders.js';
import { explain, withProjectLock } from './project-lock.js';
import { RequestError } from './request-error.js';
import type { Agent, Salts, UsernameRule } from './store/store.js';

export interface Registration {
  readonly project: string;
  readonly agent: string;
  readonly publicKey: string;
  /** Address of the caller. */
  readonly address: string;
}

/** What an agent keeps as `secrets.json`. */
export interface Secrets {
  readonly salts: Salts;
  readonly usernames: readonly UsernameRule[];
}

export interface RegistrationContext {
  readonly store: ControllerStore;
  readonly folders: Folders;
  readonly policy: RegistrationPolicy;
  readonly settings: Settings;
  readonly log: Logger;
}

/**
 * Registers an agent for one of its projects: keeps its key, makes its folders, hands out the update trackers. What the
 * agent has uploaded for its other projects, and what waits for import, stays.
 * @throws RequestError 400 for a key that is none, 403 or 409 by the policy, 503 where a part of the controller fails
 */
export async function register(context: RegistrationContext, registration: Registration): Promise<Secrets> {
  const { project, agent, address } = registration;
  const key = parseKeyOfAgent(registration.publicKey);
  for (const name of new Set([project, agent])) {
    admit(context.policy, context.settings, name, address);
  }
  return withProjectLock(context.store, project, 'agent for updating', () => update(context, project, agent, key));
}

function parseKeyOfAgent(text: string): PublicKey {
  try {
    return parsePublicKey(text);
  } catch (error) {
    if (error instanceof PublicKeyError) {
      throw new RequestError(400, `Public key is not acceptable: ${error.message}`);
    }
    throw error;
  }
}

async function update(context: RegistrationContext, project: string, agent: string, key: PublicKey): Promise<Secrets> {
  try {
    const secrets = await context.store.withLock(`key/${agent}`, 5000, () => replace(context, project, agent, key));
    if (secrets === undefined) {
      throw new RequestError(503, `Could not update the agent: another registration of ${agent} is under way`);
    }
    return secrets;
  } catch (error) {
    if (error instanceof RequestError) {
      throw error;
    }
    context.log.error({ err: error, project, agent }, 'Registration failed');
    throw new RequestError(503, `Could not update the agent: ${explain(error)}`);
  }
}

async function replace(context: RegistrationContext, project: string, agent: string, key: PublicKey): Promise<Secrets> {
  const { store, folders, policy, log } = context;
  const known = await store.findAgent(agent);
  const changed = known === undefined || !isSameKey(known, key);
  if (known !== undefined && changed && !known.rekeyAllowed && policy === 'safe') {
    log.warn({ project, agent }, 'Refused another key for a registered agent');
    throw new RequestError(
      409,
      `Agent ${agent} is registered with another public key. If it has a new one, an operator of the controller ` +
        `allows it with: gatherer controller rekey ${agent}`,
    );
  }
  await store.ensureProject(project);
  const [salts, usernames, trackers] = await Promise.all([
    store.salts(project),
    store.usernameRules(project),
    store.trackers(project),
  ]);
  await prepareFolders(folders, agent, project, trackers);
  if (changed) {
    await store.saveAgent(agent, formatPublicKey(key));
    log.info({ project, agent }, known === undefined ? 'Registered a new agent' : 'Replaced the key of an agent');
  }
  return { salts, usernames };
}

/** The comment may change with the host that an agent runs on. */
function isSameKey(known: Agent, key: PublicKey): boolean {
  return parsePublicKey(known.publicKey).blob.equals(key.blob);
}
