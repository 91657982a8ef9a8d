import { join } from 'node:path';
import { ensureKeyPair } from '../../ssh/keys.js';
import { formatPublicKey } from '../../ssh/public-key.js';

export interface HostKeys {
  /** Private keys in OpenSSH format, in order of preference. */
  readonly privateKeys: readonly string[];
  /** Public keys in OpenSSH form, `type base64`. */
  readonly publicKeys: readonly string[];
}

const kinds = [
  { type: 'ed25519', file: 'ssh_host_ed25519_key' },
  { type: 'rsa', file: 'ssh_host_rsa_key' },
] as const;

/**
 * The host keys of the SSH server in the data folder (`ssh/`, mode 600), made on first use: Ed25519, and RSA for agents
 * with an old client.
 *
 * @throws SshError where a key file cannot be used
 */
export async function loadHostKeys(dataFolder: string): Promise<HostKeys> {
  const pairs = await Promise.all(
    kinds.map(({ type, file }) => ensureKeyPair(join(dataFolder, 'ssh', file), { type, bits: 3072 })),
  );
  return {
    privateKeys: pairs.map((pair) => pair.privateText),
    publicKeys: pairs.map((pair) => formatPublicKey({ ...pair.publicKey, comment: '' })),
  };
}
