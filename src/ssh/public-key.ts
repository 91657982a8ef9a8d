import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { WireError, WireReader, WireWriter } from './wire.js';

/** A public key as it stands in `id_ed25519.pub` and in authorized_keys. */
export interface PublicKey {
  readonly type: string;
  /** The key in the format of RFC 4253 section 6.6. */
  readonly blob: Buffer;
  readonly comment: string;
}

/** A public key that is malformed, of an unknown type, or too weak. */
export class PublicKeyError extends Error {
  override readonly name = 'PublicKeyError';
}

const maximumLength = 16 * 1024;
const maximumComment = 1024;
const rsaBits = { least: 2048, most: 16_384 };

const curves: ReadonlyMap<string, { readonly name: string; readonly jwk: string; readonly bytes: number }> = new Map([
  ['ecdsa-sha2-nistp256', { name: 'nistp256', jwk: 'P-256', bytes: 32 }],
  ['ecdsa-sha2-nistp384', { name: 'nistp384', jwk: 'P-384', bytes: 48 }],
  ['ecdsa-sha2-nistp521', { name: 'nistp521', jwk: 'P-521', bytes: 66 }],
]);

/** Key types of agents and hosts; there is no DSA, no certificate and no hardware token among them. */
const keyTypes: readonly string[] = ['ssh-ed25519', ...curves.keys(), 'ssh-rsa'];

function rsaKey(reader: WireReader): JsonWebKey {
  const exponent = reader.string();
  const modulus = reader.string();
  const digits = modulus[0] === 0 ? modulus.subarray(1) : modulus;
  const bits = digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24;
  if (bits < rsaBits.least) {
    throw new PublicKeyError(`an RSA key of ${bits} bits is too weak: at least ${rsaBits.least} are needed`);
  }
  if (bits > rsaBits.most || exponent.length > 8) {
    throw new PublicKeyError(`an RSA key of ${bits} bits is too long: ${rsaBits.most} are enough`);
  }
  return { kty: 'RSA', e: exponent.toString('base64url'), n: digits.toString('base64url') };
}

function ellipticKey(type: string, reader: WireReader): JsonWebKey {
  const curve = curves.get(type);
  const name = reader.string().toString('latin1');
  const point = reader.string();
  if (curve === undefined || name !== curve.name || point[0] !== 4 || point.length !== 1 + 2 * curve.bytes) {
    throw new PublicKeyError(`the key is not a point of the curve that ${type} names`);
  }
  const half = 1 + curve.bytes;
  return {
    kty: 'EC',
    crv: curve.jwk,
    x: point.subarray(1, half).toString('base64url'),
    y: point.subarray(half).toString('base64url'),
  };
}

function jsonWebKey(type: string, reader: WireReader): JsonWebKey {
  if (type === 'ssh-rsa') {
    return rsaKey(reader);
  }
  if (type !== 'ssh-ed25519') {
    return ellipticKey(type, reader);
  }
  const point = reader.string();
  if (point.length !== 32) {
    throw new PublicKeyError(`an Ed25519 key has 32 bytes, this one ${point.length}`);
  }
  return { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') };
}

/** @returns the type of the key @throws PublicKeyError where the bytes are no key that may be used */
export function checkKeyBlob(blob: Buffer): string {
  try {
    const reader = new WireReader(blob);
    const type = reader.string().toString('latin1');
    if (!keyTypes.includes(type)) {
      throw new PublicKeyError(`keys of this type are not accepted; use one of ${keyTypes.join(', ')}`);
    }
    const key = jsonWebKey(type, reader);
    reader.end();
    createPublicKey({ key, format: 'jwk' });
    return type;
  } catch (error) {
    if (error instanceof PublicKeyError) {
      throw error;
    }
    const reason = error instanceof WireError ? `: ${error.message}` : '';
    throw new PublicKeyError(`the key is malformed${reason}`, { cause: error });
  }
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function explainType(type: string, line: string): string {
  const known = keyTypes.some((name) => line.includes(`${name} `));
  return known
    ? 'options before the key type are not accepted'
    : `it does not begin with a key type (${keyTypes.join(', ')}) but with ${JSON.stringify(type.slice(0, 40))}`;
}

/**
 * Reads one line `type base64 comment`.
 *
 * @throws PublicKeyError for anything else: options, several lines, unknown types, RSA below 2048 bits, over 16 KiB
 */
export function parsePublicKey(text: string): PublicKey {
  if (text.length > maximumLength) {
    throw new PublicKeyError(`a public key has at most ${maximumLength} characters, this one ${text.length}`);
  }
  const line = text.replace(/\r?\n$/, '');
  if (hasControlCharacter(line)) {
    throw new PublicKeyError('a public key is one line without control characters');
  }
  const [type = '', encoded = '', ...words] = line.split(' ');
  if (!keyTypes.includes(type)) {
    throw new PublicKeyError(explainType(type, line));
  }
  const blob = Buffer.from(encoded, 'base64');
  if (encoded === '' || blob.toString('base64') !== encoded) {
    throw new PublicKeyError(`what follows ${type} is not base64`);
  }
  if (checkKeyBlob(blob) !== type) {
    throw new PublicKeyError(`the line says ${type}, but the key is of another type`);
  }
  const comment = words.join(' ');
  if (comment.length > maximumComment) {
    throw new PublicKeyError(`the comment is longer than ${maximumComment} characters`);
  }
  return { type, blob, comment };
}

/** One line without newline. */
export function formatPublicKey(key: PublicKey): string {
  const line = `${key.type} ${key.blob.toString('base64')}`;
  return key.comment === '' ? line : `${line} ${key.comment}`;
}

/** As `ssh-keygen -l` prints it: `SHA256:...`. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

export function ed25519Blob(point: Buffer): Buffer {
  return new WireWriter().string('ssh-ed25519').string(point).done();
}

export function rsaBlob(exponent: Buffer, modulus: Buffer): Buffer {
  return new WireWriter().string('ssh-rsa').mpint(exponent).mpint(modulus).done();
}
