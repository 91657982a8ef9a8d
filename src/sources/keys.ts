import type { Logger } from '../log/logger.js';
import type { Location } from './location.js';
import type { ForgeContext } from './repository.js';

/** A public key of an account of an upstream system. */
export interface KnownKey {
  /** By which the system tells it from others. */
  readonly id: string;
  readonly title: string;
  /** OpenSSH form; systems keep the comment, drop it or write another one. */
  readonly key: string;
}

/** A key that an account shall have: the title stands for the agent, older keys with it are replaced. */
export type NewKey = Omit<KnownKey, 'id'>;

/** The public keys of the account that the credentials of a host log in to. Failures of the API are thrown. */
export interface AccountKeys {
  /** In the order of the system. */
  list(): AsyncIterable<KnownKey>;
  remove(key: KnownKey): Promise<void>;
  add(key: NewKey): Promise<void>;
}

/** What reaching the account at a host needs. */
export interface KeyHostContext extends Omit<ForgeContext, 'entry'> {
  /** URL of a source at the host, or of the host itself. */
  readonly url: string;
  /** What the credentials have for that URL. */
  readonly location: Location;
}

/** How a system is told public keys over its API, so that agents can log in with them over SSH. */
export interface KeyRegistrar {
  /** Name of the system. */
  readonly system: string;
  /** Option of `credentials.cfg` that a host of the system has, and without which its keys cannot be changed. */
  readonly option: string;
  /**
   * @throws {ConfigError} where an option of the host cannot be used
   * @throws {Error} where the system has no API for it, which says what to do instead
   */
  open(context: KeyHostContext): AccountKeys;
}

/**
 * Makes a public key known to an account, unless it is already: goes through the keys that are there, removes those of
 * the same title up to the key itself, and adds it where it was not met. No other key is touched.
 *
 * @param host for the log
 * @param dryRun only log what would change
 * @throws what the account throws
 */
export async function publishKey(
  account: AccountKeys,
  key: NewKey,
  { host, log, dryRun }: { readonly host: string; readonly log: Logger; readonly dryRun: boolean },
): Promise<void> {
  // All of them first: the pages of a list move when a key of it is removed.
  const known: KnownKey[] = [];
  for await (const one of account.list()) known.push(one);
  for (const one of known) {
    if (isSameKey(one.key, key.key)) {
      log.info(`The SSH key is known to ${host} already`);
      return;
    }
    if (one.title === key.title) {
      log.info(`Removing the old SSH key "${key.title}" from ${host}`);
      await (dryRun ? undefined : account.remove(one));
    }
  }
  log.info(`Adding the SSH key "${key.title}" to ${host}`);
  await (dryRun ? undefined : account.add(key));
}

/** Whether two lines hold the same key, whatever their comments are. */
export function isSameKey(one: string, other: string): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf(line: string): string {
  return line.trim().split(/\s+/, 2).join(' ');
}
