import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { HostKeyChangedError, PinnedHostKeys, pinHostKeys, readPinnedHostKeys } from '../../../src/ssh/known-hosts.js';
import { generateKey } from '../../../src/ssh/private-key.js';
import { fingerprint, formatPublicKey, type PublicKey } from '../../../src/ssh/public-key.js';
import { describeWith, requirements } from '../../requirements.js';
import { temporaryFolder } from '../../temporary-folder.js';

let first: PublicKey;
let second: PublicKey;
let rsa: PublicKey;

beforeAll(async () => {
  [first, second, rsa] = await Promise.all([
    generateKey('ed25519', '').then((key) => key.publicKey),
    generateKey('ed25519', '').then((key) => key.publicKey),
    generateKey('rsa', '', 2048).then((key) => key.publicKey),
  ]);
});

function pinned(contents: string, host = 'controller.example.org', port = 22): PinnedHostKeys {
  return new PinnedHostKeys(contents, 'known_hosts', host, port);
}

describe('PinnedHostKeys', () => {
  it('tells known, unknown, changed and revoked keys apart', () => {
    const line = `controller.example.org,10.0.0.1 ${formatPublicKey(first)}\n`;
    expect(pinned(line).verdict(first.blob)).toBe('known');
    expect(pinned(line).verdict(second.blob)).toBe('changed');
    expect(pinned(line).verdict(rsa.blob)).toBe('changed');
    expect(pinned(line, 'other.example.org').verdict(first.blob)).toBe('unknown');
    expect(pinned(line, '10.0.0.1').verdict(first.blob)).toBe('known');
    expect(pinned(line, 'CONTROLLER.example.org').verdict(first.blob)).toBe('known');
    expect(pinned(`@revoked * ${formatPublicKey(first)}\n${line}`).verdict(first.blob)).toBe('revoked');
    expect(pinned(`@cert-authority * ${formatPublicKey(first)}\n`).verdict(first.blob)).toBe('unknown');
  });

  it('knows ports, several keys, patterns and negation', () => {
    const contents = [
      '# a comment',
      '',
      'garbage',
      `[controller.example.org]:2222 ${formatPublicKey(second)}`,
      `*.example.org,!bad.example.org ${formatPublicKey(first)} comment`,
      `controller.example.org ${formatPublicKey(rsa)}`,
    ].join('\n');
    expect(pinned(contents).types).toEqual(['ssh-ed25519', 'ssh-rsa']);
    expect(pinned(contents).verdict(rsa.blob)).toBe('known');
    expect(pinned(contents, 'controller.example.org', 2222).verdict(second.blob)).toBe('known');
    expect(pinned(contents, 'bad.example.org').verdict(first.blob)).toBe('unknown');
    expect(pinned(contents, 'controllerXexample.org').verdict(first.blob)).toBe('unknown');
  });
});

describe('pinHostKeys', () => {
  it('adds to what is there, once, and refuses what contradicts it', async () => {
    const file = join(temporaryFolder(), '.ssh', 'known_hosts');
    await pinHostKeys(file, 'controller.example.org', 2222, [formatPublicKey(first)]);
    const contents = await readFile(file, 'utf8');
    expect(contents).toBe(`[controller.example.org]:2222 ${formatPublicKey(first)}\n`);
    await pinHostKeys(file, 'controller.example.org', 2222, [formatPublicKey(first)]);
    expect(await readFile(file, 'utf8')).toBe(contents);
    const changed = pinHostKeys(file, 'controller.example.org', 2222, [formatPublicKey(second)]);
    await expect(changed).rejects.toThrow(HostKeyChangedError);
    await pinHostKeys(file, 'controller.example.org', 2222, [formatPublicKey(first), formatPublicKey(rsa)]);
    expect((await readPinnedHostKeys(file, 'controller.example.org', 2222)).verdict(rsa.blob)).toBe('known');
  });

  it('says in the error what to do', async () => {
    const file = join(temporaryFolder(), 'known_hosts');
    await pinHostKeys(file, 'c.example.org', 22, [formatPublicKey(first)]);
    const error = await pinHostKeys(file, 'c.example.org', 22, [formatPublicKey(second)]).catch((reason) => reason);
    expect(error.message).toContain(fingerprint(first.blob));
    expect(error.message).toContain(fingerprint(second.blob));
    expect(error.message).toContain(`ssh-keygen -R 'c.example.org' -f '${file}'`);
  });

  it('replaces the keys of one host where that is asked for, and refuses what is no key', async () => {
    const file = join(temporaryFolder(), 'known_hosts');
    await writeFile(file, `a ${formatPublicKey(first)}\nb ${formatPublicKey(first)}`);
    await pinHostKeys(file, 'a', 22, [formatPublicKey(second)], true);
    expect(await readFile(file, 'utf8')).toBe(`b ${formatPublicKey(first)}\na ${formatPublicKey(second)}\n`);
    await expect(pinHostKeys(file, 'a', 22, ['x'], true)).rejects.toThrow(/key type/);
  });
});

describeWith([requirements.scp], 'known_hosts of ssh-keygen', () => {
  it('is understood when its names are hashed', async () => {
    const file = join(temporaryFolder(), 'known_hosts');
    await pinHostKeys(file, 'controller.example.org', 22, [formatPublicKey(first)]);
    await pinHostKeys(file, 'controller.example.org', 2222, [formatPublicKey(second)]);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    expect(await readFile(file, 'utf8')).not.toContain('controller');
    expect((await readPinnedHostKeys(file, 'controller.example.org', 22)).verdict(first.blob)).toBe('known');
    expect((await readPinnedHostKeys(file, 'controller.example.org', 2222)).verdict(second.blob)).toBe('known');
    expect((await readPinnedHostKeys(file, 'other.example.org', 22)).verdict(second.blob)).toBe('unknown');
  });
});
