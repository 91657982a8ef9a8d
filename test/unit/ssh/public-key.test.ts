import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivePublicKey, generateKey } from '../../../src/ssh/private-key.js';
import {
  checkKeyBlob,
  fingerprint,
  formatPublicKey,
  PublicKeyError,
  parsePublicKey,
  rsaBlob,
} from '../../../src/ssh/public-key.js';
import { WireReader, WireWriter } from '../../../src/ssh/wire.js';
import { describeWith, requirements } from '../../requirements.js';
import { temporaryFolder } from '../../temporary-folder.js';

const ed25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIFi/MzALhuuYYWRrTLoJD0PJMVIKYjRkDBV5N0HIHHmx';

describe('parsePublicKey', () => {
  it('takes one line with a comment of several words', () => {
    const key = parsePublicKey(`ssh-ed25519 ${ed25519} agent for the TEST project\n`);
    expect(key.type).toBe('ssh-ed25519');
    expect(key.comment).toBe('agent for the TEST project');
    expect(formatPublicKey(key)).toBe(`ssh-ed25519 ${ed25519} agent for the TEST project`);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['options', `command="id" ssh-ed25519 ${ed25519}`, /options/],
    ['two lines', `ssh-ed25519 ${ed25519}\nssh-ed25519 ${ed25519}`, /one line/],
    ['an empty text', '', /key type/],
    ['DSA', `ssh-dss ${ed25519}`, /key type/],
    ['a certificate', `ssh-ed25519-cert-v01@openssh.com ${ed25519}`, /key type/],
    ['what is not base64', 'ssh-ed25519 !!!!', /base64/],
    ['no blob', 'ssh-ed25519', /base64/],
    ['another type than the line says', `ssh-rsa ${ed25519}`, /another type/],
    ['a truncated key', `ssh-ed25519 ${ed25519.slice(0, 40)}`, /malformed|bytes/],
    ['a key that is too long', `ssh-ed25519 ${ed25519} ${'x'.repeat(20_000)}`, /at most/],
    ['control characters', `ssh-ed25519 ${ed25519} a\tb`, /control/],
    ['a long comment', `ssh-ed25519 ${ed25519} ${'x'.repeat(2000)}`, /comment/],
  ];
  it.each(refused)('refuses %s', (_, text, reason) => {
    expect(() => parsePublicKey(text)).toThrow(PublicKeyError);
    expect(() => parsePublicKey(text)).toThrow(reason);
  });

  it('refuses RSA below 2048 bits and trailing bytes', () => {
    const exponent = Buffer.of(1, 0, 1);
    const weak = rsaBlob(exponent, Buffer.alloc(128, 0xff));
    expect(() => checkKeyBlob(weak)).toThrow(/1024 bits is too weak/);
    const strong = rsaBlob(exponent, Buffer.alloc(256, 0xff));
    expect(checkKeyBlob(strong)).toBe('ssh-rsa');
    expect(() => checkKeyBlob(Buffer.concat([strong, Buffer.of(0)]))).toThrow(/malformed/);
  });

  it('refuses a point that is not on its curve', () => {
    const blob = new WireWriter()
      .string('ecdsa-sha2-nistp256')
      .string('nistp256')
      .string(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]))
      .done();
    expect(() => checkKeyBlob(blob)).toThrow(PublicKeyError);
  });

  it('never throws anything but PublicKeyError', () => {
    const attempt = (action: () => unknown) => {
      try {
        action();
      } catch (error) {
        expect(error).toBeInstanceOf(PublicKeyError);
      }
    };
    fc.assert(fc.property(fc.string(), (text) => attempt(() => parsePublicKey(`ssh-rsa ${text}`))));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => attempt(() => checkKeyBlob(Buffer.from(bytes)))),
    );
    const prefix = new WireWriter().string('ssh-rsa').done();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) =>
        attempt(() => checkKeyBlob(Buffer.concat([prefix, bytes]))),
      ),
    );
  });
});

describe('wire data types', () => {
  it('writes numbers as RFC 4251 shows them', () => {
    const hex = (bytes: string) => new WireWriter().mpint(Buffer.from(bytes, 'hex')).done().toString('hex');
    expect(hex('')).toBe('00000000');
    expect(hex('00')).toBe('00000000');
    expect(hex('09a378f9b2e332a7')).toBe('0000000809a378f9b2e332a7');
    expect(hex('80')).toBe('000000020080');
  });

  it('refuses to read beyond the end', () => {
    expect(() => new WireReader(Buffer.from('ffffffff00', 'hex')).string()).toThrow(/expected/);
  });
});

describeWith([requirements.scp], 'keys and ssh-keygen', () => {
  const keygen = (args: readonly string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8' }).trim();

  it.each(['ed25519', 'rsa'] as const)('understand each other on %s', async (type) => {
    const path = join(temporaryFolder(), 'key');
    const { privateText, publicKey } = await generateKey(type, 'a comment', 2048);
    writeFileSync(path, privateText, { mode: 0o600 });
    expect(keygen(['-y', '-f', path])).toBe(formatPublicKey(publicKey));
    writeFileSync(`${path}.pub`, formatPublicKey(publicKey));
    expect(keygen(['-l', '-f', `${path}.pub`]).split(' ')[1]).toBe(fingerprint(publicKey.blob));
    expect(derivePublicKey(privateText, path)).toEqual(publicKey);
  });

  it.each(['256', '384', '521'])('take ECDSA keys of %s bits', (bits) => {
    const path = join(temporaryFolder(), 'key');
    keygen(['-q', '-t', 'ecdsa', '-b', bits, '-N', '', '-C', 'x', '-f', path]);
    const text = keygen(['-y', '-f', path]);
    expect(formatPublicKey(parsePublicKey(text))).toBe(text);
  });

  it('make Ed25519 keys that are always right', async () => {
    for (let round = 0; round < 600; round += 1) {
      const { privateText, publicKey } = await generateKey('ed25519', '');
      expect(derivePublicKey(privateText, 'key')).toEqual(publicKey);
      expect(checkKeyBlob(publicKey.blob)).toBe('ssh-ed25519');
    }
  });
});
