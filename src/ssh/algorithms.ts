import type { CipherAlgorithm, CompressionAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

export interface AlgorithmChoice {
  readonly kex: KexAlgorithm[];
  readonly cipher: CipherAlgorithm[];
  readonly hmac: MacAlgorithm[];
  readonly serverHostKey: ServerHostKeyAlgorithm[];
  readonly compress: CompressionAlgorithm[];
}

const hostKeyAlgorithms = new Map<string, readonly ServerHostKeyAlgorithm[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]);

/** What is offered: nothing with SHA-1, CBC or groups below 2048 bits. */
export function modernAlgorithms(): AlgorithmChoice {
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
    cipher: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
      'aes256-ctr',
      'aes192-ctr',
      'aes128-ctr',
    ],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
    serverHostKey: [...hostKeyAlgorithms.values()].flat(),
    compress: ['none'],
  };
}

/** For peers from before 2017; weak against an attacker on the network, so only on explicit request. */
export function legacyAlgorithms(): AlgorithmChoice {
  const modern = modernAlgorithms();
  return {
    kex: [...modern.kex, 'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group14-sha1'],
    cipher: [...modern.cipher, 'aes256-cbc', 'aes128-cbc'],
    hmac: [...modern.hmac, 'hmac-sha1'],
    serverHostKey: [...modern.serverHostKey, 'ssh-rsa'],
    compress: modern.compress,
  };
}

/** Puts the algorithms of pinned host keys first, so that the server shows a key that can be compared. */
export function preferHostKeyTypes(algorithms: AlgorithmChoice, types: readonly string[]): AlgorithmChoice {
  const preferred = types.flatMap((type) => hostKeyAlgorithms.get(type) ?? []);
  const others = algorithms.serverHostKey.filter((name) => !preferred.includes(name));
  return { ...algorithms, serverHostKey: [...preferred, ...others] };
}
