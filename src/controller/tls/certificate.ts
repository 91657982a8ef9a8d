import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { writeFileAtomically } from '../../config/atomic-file.js';
import { ConfigError } from '../../config/errors.js';
import type { Logger } from '../../log/logger.js';
import { createSelfSigned, type KeyAndCertificate } from './self-signed.js';

const DAY = 24 * 60 * 60 * 1000;
/** Agents hold the certificate itself, so that a short life would only make them fail. */
const VALID_DAYS = 3650;
const WARN_DAYS = 30;

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface ServerCertificate extends KeyAndCertificate {
  readonly files: CertificateFiles;
}

/**
 * Reads the certificate that an operator gave.
 * @throws ConfigError where a file cannot be read, is malformed, or the two do not belong together
 */
export async function readCertificate(files: CertificateFiles, log: Logger): Promise<ServerCertificate> {
  const [certificate, key] = await Promise.all([readPem(files.certificate), readPem(files.key)]);
  const parsed = parse(files.certificate, 'certificate', () => new X509Certificate(certificate));
  const privateKey = parse(files.key, 'private key without passphrase', () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new ConfigError(files.key, `is not the key of the certificate in ${files.certificate}`);
  }
  warnOfExpiry(parsed, files, log);
  return { files, certificate, key };
}

/**
 * The certificate in `<dataFolder>/tls`, made at the first start: self-signed, for the given names and loopback.
 * @param names further host names and IP addresses by which agents reach the controller
 * @throws ConfigError where a name is neither, or a file that is there cannot be used
 */
export async function ensureCertificate(
  dataFolder: string,
  names: readonly string[],
  log: Logger,
): Promise<ServerCertificate> {
  const folder = join(dataFolder, 'tls');
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const wanted = [...new Set([...names.map(checkName), 'localhost', '127.0.0.1', '::1'])];
  if (!(await exists(files.certificate))) {
    const now = Date.now();
    const made = createSelfSigned(wanted, new Date(now - DAY), new Date(now + VALID_DAYS * DAY));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFileAtomically(files.key, made.key, 0o600);
    await writeFileAtomically(files.certificate, made.certificate, 0o644);
    log.info({ file: files.certificate, names: wanted }, 'Made a certificate; agents need a copy of it');
  }
  const found = await readCertificate(files, log);
  warnOfNames(found, wanted, log);
  return found;
}

function checkName(name: string): string {
  const isHost = name.length <= 253 && /^(?:\*\.)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/i.test(name);
  if (isIP(name) === 0 && !isHost) {
    throw new ConfigError('--names', `${JSON.stringify(name)} is neither a host name nor an IP address`);
  }
  return name;
}

function warnOfNames(found: ServerCertificate, wanted: readonly string[], log: Logger): void {
  const certificate = new X509Certificate(found.certificate);
  const missing = wanted.filter(
    (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) === undefined,
  );
  if (missing.length > 0) {
    const { certificate: file } = found.files;
    log.warn({ file, missing }, 'The certificate lacks names; remove it to have a new one made, and give agents that');
  }
}

function warnOfExpiry(certificate: X509Certificate, files: CertificateFiles, log: Logger): void {
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY);
  if (days < WARN_DAYS) {
    log.warn({ file: files.certificate, validTo: certificate.validTo }, `The certificate expires in ${days} days`);
  }
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parse<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError(file, `is no ${what} in PEM form: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await readFile(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return false;
    }
    throw new ConfigError(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
