import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureKeyPair, readKeyPair } from '../../../src/ssh/keys.js';
import { generateKey } from '../../../src/ssh/private-key.js';
import { formatPublicKey } from '../../../src/ssh/public-key.js';
import { describeWith, requirements } from '../../requirements.js';
import { temporaryFolder } from '../../temporary-folder.js';

async function mode(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('ensureKeyPair', () => {
  it('makes a pair with its modes once and reuses it', async () => {
    const path = join(temporaryFolder(), '.ssh', 'id');
    const first = await ensureKeyPair(path, { comment: 'agent for the TEST project' });
    expect(first.generated).toBe(true);
    expect(await mode(path)).toBe(0o600);
    expect(await mode(`${path}.pub`)).toBe(0o644);
    expect(await readFile(`${path}.pub`, 'utf8')).toMatch(/^ssh-ed25519 \S+ agent for the TEST project\n$/);
    const second = await ensureKeyPair(path, { type: 'rsa' });
    expect(second).toEqual({ ...first, generated: false });
    expect((await readdir(join(path, '..'))).sort()).toEqual(['id', 'id.pub']);
  });

  it('gives all that ask at the same time the same pair', async () => {
    const path = join(temporaryFolder(), 'id');
    const pairs = await Promise.all(Array.from({ length: 8 }, () => ensureKeyPair(path)));
    expect(new Set(pairs.map((pair) => formatPublicKey(pair.publicKey))).size).toBe(1);
    expect(pairs.filter((pair) => pair.generated)).toHaveLength(1);
  });

  it('derives a public key that is missing and closes a mode that is too open', async () => {
    const path = join(temporaryFolder(), 'id');
    const { publicKey } = await ensureKeyPair(path, { comment: 'kept' });
    await rm(`${path}.pub`);
    await chmod(path, 0o644);
    expect((await readKeyPair(path))?.publicKey).toEqual(publicKey);
    expect(await readFile(`${path}.pub`, 'utf8')).toBe(`${formatPublicKey(publicKey)}\n`);
    expect(await mode(path)).toBe(0o600);
  });

  it('says what is wrong with a pair and leaves it as it is', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'id');
    await writeFile(path, 'not a key');
    await expect(ensureKeyPair(path)).rejects.toThrow(/id: it is not a private key/);
    await writeFile(path, (await generateKey('ed25519', '')).privateText);
    await writeFile(`${path}.pub`, formatPublicKey((await generateKey('ed25519', '')).publicKey));
    await expect(ensureKeyPair(path)).rejects.toThrow(/is not the public half/);
    await writeFile(`${path}.pub`, 'nonsense');
    await expect(ensureKeyPair(path)).rejects.toThrow(/id\.pub: .*remove it/);
    await mkdir(join(folder, 'folder'));
    await expect(ensureKeyPair(join(folder, 'folder'))).rejects.toMatchObject({ failure: 'key' });
    expect(await readKeyPair(join(folder, 'none'))).toBeUndefined();
  });
});

describeWith([requirements.scp], 'keys of ssh-keygen', () => {
  it.each(['OPENSSH', 'PEM'])('are read in %s format', async (format) => {
    const path = join(temporaryFolder(), 'id');
    const pem = format === 'PEM' ? ['-m', 'PEM'] : [];
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', ...pem, '-N', '', '-C', 'x', '-f', path]);
    const pair = await ensureKeyPair(path);
    expect(`${formatPublicKey(pair.publicKey)}\n`).toBe(await readFile(`${path}.pub`, 'utf8'));
    await rm(`${path}.pub`);
    expect((await ensureKeyPair(path)).publicKey.blob.equals(pair.publicKey.blob)).toBe(true);
  });

  it('are refused with a passphrase', async () => {
    const path = join(temporaryFolder(), 'id');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', path]);
    await expect(ensureKeyPair(path)).rejects.toThrow(/passphrase/);
  });
});
