import { generateKeyPair, type JsonWebKey, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { SshError } from './errors.js';
import { ed25519Blob, type PublicKey, rsaBlob } from './public-key.js';
import { WireWriter } from './wire.js';

export type KeyType = 'ed25519' | 'rsa';

export interface GeneratedKey {
  /** OpenSSH format, without passphrase. */
  readonly privateText: string;
  readonly publicKey: PublicKey;
}

const generate = promisify(generateKeyPair);
const lineLength = 70;

function field(key: JsonWebKey, name: keyof JsonWebKey): Buffer {
  const value = key[name];
  if (typeof value !== 'string') {
    throw new SshError('key', `the generated key has no field ${String(name)}`);
  }
  return Buffer.from(value, 'base64url');
}

function padded(section: Buffer): Buffer {
  const count = (8 - (section.length % 8)) % 8;
  return Buffer.concat([section, Buffer.from(Array.from({ length: count }, (_, index) => index + 1))]);
}

/** The container of OpenSSH's PROTOCOL.key, unencrypted. */
function armour(blob: Buffer, type: string, secret: Buffer, comment: string): string {
  const check = randomBytes(4);
  const section = new WireWriter().bytes(check).bytes(check).string(type).bytes(secret).string(comment).done();
  const container = new WireWriter()
    .bytes(Buffer.from('openssh-key-v1\0'))
    .string('none')
    .string('none')
    .string('')
    .uint32(1)
    .string(blob)
    .string(padded(section))
    .done()
    .toString('base64');
  const lines = container.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

async function generateEd25519(comment: string): Promise<GeneratedKey> {
  const { privateKey } = await generate('ed25519');
  const key = privateKey.export({ format: 'jwk' });
  const point = field(key, 'x');
  const blob = ed25519Blob(point);
  const secret = new WireWriter()
    .string(point)
    .string(Buffer.concat([field(key, 'd'), point]))
    .done();
  const type = 'ssh-ed25519';
  return { privateText: armour(blob, type, secret, comment), publicKey: { type, blob, comment } };
}

async function generateRsa(bits: number, comment: string): Promise<GeneratedKey> {
  const { privateKey } = await generate('rsa', { modulusLength: bits });
  const key = privateKey.export({ format: 'jwk' });
  const blob = rsaBlob(field(key, 'e'), field(key, 'n'));
  const secret = new WireWriter();
  for (const name of ['n', 'e', 'd', 'qi', 'p', 'q'] as const) {
    secret.mpint(field(key, name));
  }
  const type = 'ssh-rsa';
  return { privateText: armour(blob, type, secret.done(), comment), publicKey: { type, blob, comment } };
}

/** Makes a key pair in memory; RSA keys have 4096 bits unless told otherwise. */
export async function generateKey(type: KeyType, comment: string, bits = 4096): Promise<GeneratedKey> {
  return type === 'rsa' ? generateRsa(bits, comment) : generateEd25519(comment);
}

/**
 * The public half of a private key in OpenSSH or PEM format.
 *
 * @param path named in errors
 * @throws SshError where the text is no private key, or one with a passphrase
 */
export function derivePublicKey(privateText: string, path: string): PublicKey {
  const key = ssh2.utils.parseKey(privateText);
  if (key instanceof Error) {
    const encrypted = /passphrase|encrypted/i.test(key.message);
    const advice = encrypted
      ? 'it has a passphrase, which an unattended agent cannot enter: remove it with ssh-keygen -p, or use another key'
      : `it is not a private key in OpenSSH or PEM format (${key.message}): generate one, or restore it`;
    throw new SshError('key', `${path}: ${advice}`, { cause: key });
  }
  if (!key.isPrivateKey()) {
    throw new SshError('key', `${path}: this is a public key; name the private one`);
  }
  return { type: key.type, blob: key.getPublicSSH(), comment: key.comment };
}
