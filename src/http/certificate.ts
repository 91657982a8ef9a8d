import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Environment } from '../config/environment.js';
import { HttpError } from './errors.js';

/** Where distributions keep the certificates that the administrator of the machine trusts. */
const systemBundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The files of certificates that the usual variables name, to be trusted besides those of the system. */
export function namedCertificateFiles(environment: Environment): readonly string[] {
  const named = [environment.SSL_CERT_FILE, environment.NODE_EXTRA_CA_CERTS];
  return named.flatMap((file) => (file === undefined || file === '' ? [] : [file]));
}

/** Certificates that the machine trusts: those of Node.js, of the system, and of the usual variables. */
export async function systemCertificates(environment: Environment): Promise<readonly string[]> {
  const files = [...namedCertificateFiles(environment), ...systemBundles];
  const texts = await Promise.all(files.map((file) => readIfThere(file)));
  const found = texts.flatMap((text) => text?.match(pemBlock) ?? []);
  return [...new Set([...rootCertificates, ...found])];
}

/** The certificates of a file that a host is pinned to. An empty file must never mean "trust anyone". */
async function pinnedCertificates(file: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HttpError('tls', `The certificate file ${file} cannot be read: ${reason}`);
  }
  const blocks: readonly string[] = text.match(pemBlock) ?? [];
  if (blocks.length === 0) {
    throw new HttpError('tls', `The certificate file ${file} holds no certificate in PEM form`);
  }
  try {
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch {
    throw new HttpError('tls', `The certificate file ${file} holds a certificate that cannot be parsed`);
  }
}

/**
 * What a TLS connection is verified against: exactly the certificates of a file, which may be self-signed or stand
 * below an unknown authority, or without a file the certificates of the system.
 *
 * @throws {HttpError} where the file cannot be read or holds no certificate
 */
export async function trustedContext(
  certificateFile: string | undefined,
  environment: Environment,
): Promise<SecureContext> {
  const pinned = certificateFile !== undefined && certificateFile !== '';
  const ca = pinned ? await pinnedCertificates(certificateFile) : await systemCertificates(environment);
  return createSecureContext({ ca: [...ca], allowPartialTrustChain: pinned });
}
