import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '../config/atomic-file.js';
import { messageOf, SshError, systemCode } from './errors.js';
import { derivePublicKey, generateKey, type KeyType } from './private-key.js';
import { formatPublicKey, type PublicKey, parsePublicKey } from './public-key.js';

export interface KeyPair {
  /** Path of the private key; the public one is beside it with `.pub`. */
  readonly path: string;
  readonly privateText: string;
  readonly publicKey: PublicKey;
  /** False where the pair was there already. */
  readonly generated: boolean;
}

export interface KeyOptions {
  /** Default ed25519. */
  readonly type?: KeyType;
  /** Size of an RSA key, default 4096. */
  readonly bits?: number;
  readonly comment?: string;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw new SshError('key', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function parseBeside(text: string, path: string): PublicKey {
  try {
    return parsePublicKey(text);
  } catch (error) {
    throw new SshError('key', `${path}: ${messageOf(error)}; remove it and it is made anew from the private key`, {
      cause: error,
    });
  }
}

async function protect(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    await chmod(path, 0o600);
  }
}

/**
 * Reads a private key and its public half, which is derived, and kept beside it, where there is no `.pub`.
 *
 * @returns undefined where there is no private key
 * @throws SshError where a file is malformed or the two do not belong together
 */
export async function readKeyPair(path: string): Promise<KeyPair | undefined> {
  const privateText = await readIfPresent(path);
  if (privateText === undefined) {
    return undefined;
  }
  const derived = derivePublicKey(privateText, path);
  await protect(path);
  const beside = `${path}.pub`;
  const publicText = await readIfPresent(beside);
  if (publicText === undefined) {
    await writeFileAtomically(beside, `${formatPublicKey(derived)}\n`, 0o644);
    return { path, privateText, publicKey: derived, generated: false };
  }
  const publicKey = parseBeside(publicText, beside);
  if (!publicKey.blob.equals(derived.blob)) {
    throw new SshError('key', `${beside} is not the public half of ${path}: remove the wrong one of the two`);
  }
  return { path, privateText, publicKey, generated: false };
}

/** Puts a new private key in place unless another process was faster. */
async function placePrivateKey(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeFileAtomically(temporary, text, 0o600);
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      return false;
    }
    throw new SshError('key', `${path} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * The key pair at a path, generated where there is none: private key with mode 600, public key with mode 644, both
 * written atomically.
 *
 * @throws SshError where an existing pair cannot be used or a new one not be written
 */
export async function ensureKeyPair(path: string, options: KeyOptions = {}): Promise<KeyPair> {
  const existing = await readKeyPair(path);
  if (existing !== undefined) {
    return existing;
  }
  const { privateText, publicKey } = await generateKey(options.type ?? 'ed25519', options.comment ?? '', options.bits);
  const placed = await placePrivateKey(path, privateText);
  if (placed) {
    await writeFileAtomically(`${path}.pub`, `${formatPublicKey(publicKey)}\n`, 0o644);
    return { path, privateText, publicKey, generated: true };
  }
  return ensureKeyPair(path, options);
}
