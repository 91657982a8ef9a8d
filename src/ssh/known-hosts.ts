import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '../config/atomic-file.js';
import { messageOf, SshError, systemCode } from './errors.js';
import { checkKeyBlob, fingerprint, formatPublicKey, parsePublicKey } from './public-key.js';

/** A line of a known_hosts file that names keys; lines that OpenSSH would skip are skipped here too. */
interface KnownHost {
  readonly marker: '@revoked' | '@cert-authority' | undefined;
  readonly patterns: string;
  readonly type: string;
  readonly blob: Buffer;
}

export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** The host shows another key than the one that is pinned: either it was reinstalled, or someone is in between. */
export class HostKeyChangedError extends SshError {
  override readonly name = 'HostKeyChangedError';

  constructor(file: string, host: string, port: number, presented: Buffer, pinned: readonly Buffer[]) {
    const name = hostName(host, port);
    super(
      'host-key-changed',
      `the SSH host key of ${name} is not the one that was pinned. Presented: ${fingerprint(presented)}; pinned in ` +
        `${file}: ${pinned.map(fingerprint).join(', ')}. Nothing was sent. Someone may be in between, or the server ` +
        `has got a new key: ask its operator for the fingerprint. If it is right, run ` +
        `ssh-keygen -R '${name}' -f '${file}' and then gatherer generate-key`,
    );
  }
}

/** `host`, or `[host]:port` where the port is not 22. */
export function hostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function parseLine(line: string): KnownHost | undefined {
  const words = line.trim().split(/\s+/);
  const [first = ''] = words;
  const marker = first === '@revoked' || first === '@cert-authority' ? first : undefined;
  const [patterns = '', type = '', encoded = ''] = marker === undefined ? words : words.slice(1);
  if (first === '' || first.startsWith('#') || encoded === '') {
    return undefined;
  }
  return { marker, patterns, type, blob: Buffer.from(encoded, 'base64') };
}

function matchesHash(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function matchesGlob(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(name);
}

function matchesHost(entry: KnownHost, name: string): boolean {
  if (entry.patterns.startsWith('|1|')) {
    return matchesHash(entry.patterns, name);
  }
  const patterns = entry.patterns.split(',');
  const denied = patterns.some((pattern) => pattern.startsWith('!') && matchesGlob(pattern.slice(1), name));
  return !denied && patterns.some((pattern) => matchesGlob(pattern, name));
}

/** The keys that a known_hosts file (OpenSSH format, hashed names too) holds for one host and port. */
export class PinnedHostKeys {
  readonly #trusted: readonly KnownHost[];
  readonly #revoked: readonly KnownHost[];

  constructor(
    contents: string,
    private readonly file: string,
    private readonly host: string,
    private readonly port: number,
  ) {
    const name = hostName(host, port);
    const entries = contents.split('\n').flatMap((line) => parseLine(line) ?? []);
    const matching = entries.filter((entry) => matchesHost(entry, name));
    this.#trusted = matching.filter((entry) => entry.marker === undefined);
    this.#revoked = matching.filter((entry) => entry.marker === '@revoked');
  }

  /** Key types that are pinned, so that the server can be asked for a key that is known. */
  get types(): readonly string[] {
    return [...new Set(this.#trusted.map((entry) => entry.type))];
  }

  /** A key of a type that is not pinned counts as changed where any other key is pinned. */
  verdict(blob: Buffer): HostKeyVerdict {
    if (this.#revoked.some((entry) => entry.blob.equals(blob))) {
      return 'revoked';
    }
    if (this.#trusted.some((entry) => entry.blob.equals(blob))) {
      return 'known';
    }
    return this.#trusted.length === 0 ? 'unknown' : 'changed';
  }

  changed(blob: Buffer): HostKeyChangedError {
    const pinned = [...this.#trusted, ...this.#revoked].map((entry) => entry.blob);
    return new HostKeyChangedError(this.file, this.host, this.port, blob, pinned);
  }
}

async function readContents(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return '';
    }
    throw new SshError('local', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** What is pinned for a host; nothing where the file does not exist. */
export async function readPinnedHostKeys(file: string, host: string, port: number): Promise<PinnedHostKeys> {
  return new PinnedHostKeys(await readContents(file), file, host, port);
}

function withoutHost(contents: string, name: string): string {
  const kept = contents.split('\n').filter((line) => {
    const entry = parseLine(line);
    return entry === undefined || entry.marker !== undefined || !matchesHost(entry, name);
  });
  return kept.join('\n');
}

async function append(file: string, contents: string, name: string, blobs: readonly Buffer[]): Promise<void> {
  const before = contents === '' || contents.endsWith('\n') ? contents : `${contents}\n`;
  const lines = blobs.map((blob) => {
    const key = formatPublicKey({ type: checkKeyBlob(blob), blob, comment: '' });
    return `${name} ${key}\n`;
  });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFileAtomically(file, `${before}${lines.join('')}`, 0o644);
}

/**
 * Pins the keys of a host that became known over a channel that is verified already, such as HTTPS.
 *
 * @param keys in OpenSSH form, `type base64`
 * @param replace true drops what was pinned before; otherwise a key that contradicts it is an error
 * @throws PublicKeyError, HostKeyChangedError
 */
export async function pinHostKeys(
  file: string,
  host: string,
  port: number,
  keys: readonly string[],
  replace = false,
): Promise<void> {
  const blobs = keys.map((key) => parsePublicKey(key).blob);
  const contents = await readContents(file);
  if (replace) {
    await append(file, withoutHost(contents, hostName(host, port)), hostName(host, port), blobs);
    return;
  }
  const pinned = new PinnedHostKeys(contents, file, host, port);
  const verdicts = blobs.map((blob) => ({ blob, verdict: pinned.verdict(blob) }));
  const changed = verdicts.find(({ verdict }) => verdict === 'changed' || verdict === 'revoked');
  if (changed !== undefined && !verdicts.some(({ verdict }) => verdict === 'known')) {
    throw pinned.changed(changed.blob);
  }
  const missing = verdicts.filter(({ verdict }) => verdict === 'unknown' || verdict === 'changed');
  if (missing.length > 0) {
    await append(
      file,
      contents,
      hostName(host, port),
      missing.map(({ blob }) => blob),
    );
  }
}
