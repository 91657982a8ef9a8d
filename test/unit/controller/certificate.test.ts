import { createPrivateKey, X509Certificate } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { ensureCertificate, readCertificate } from '../../../src/controller/tls/certificate.js';
import { createSelfSigned } from '../../../src/controller/tls/self-signed.js';
import { silentLogger } from '../../silent-logger.js';
import { temporaryFolder } from '../../temporary-folder.js';

const soon = new Date(Date.now() + 90 * 24 * 60 * 60 * 1000);

describe('createSelfSigned', () => {
  it('vouches for the names, by its own key, for nothing but a server', () => {
    const made = createSelfSigned(['controller.example.org', '192.0.2.1', '2001:db8::1'], new Date(), soon);
    const certificate = new X509Certificate(made.certificate);
    expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(certificate.subject).toBe('CN=controller.example.org');
    expect(certificate.checkHost('controller.example.org')).toBe('controller.example.org');
    expect(certificate.checkHost('other.example.org')).toBeUndefined();
    expect(certificate.checkIP('192.0.2.1')).toBe('192.0.2.1');
    expect(certificate.checkIP('2001:db8::1')).toBe('2001:db8::1');
  });

  it('keeps its dates, before and after 2050', () => {
    const dates = fc.date({ min: new Date('1990-01-01'), max: new Date('2150-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, dates, (from, to) => {
        const { certificate } = createSelfSigned(['localhost'], from, to);
        const { validFrom, validTo } = new X509Certificate(certificate);
        expect(Date.parse(validFrom)).toBe(Math.floor(from.getTime() / 1000) * 1000);
        expect(Date.parse(validTo)).toBe(Math.floor(to.getTime() / 1000) * 1000);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the certificate of a controller', () => {
  it('is made once, for the given names and loopback, its key for nobody else', async () => {
    const folder = temporaryFolder();
    const made = await ensureCertificate(folder, ['controller.example.org'], silentLogger);
    const certificate = new X509Certificate(made.certificate);
    expect(certificate.subjectAltName).toMatch(
      /^DNS:controller\.example\.org, DNS:localhost, IP Address:127\.0\.0\.1, /,
    );
    expect((await stat(made.files.key)).mode & 0o777).toBe(0o600);
    expect(await ensureCertificate(folder, ['other.example.org'], silentLogger)).toEqual(made);
  });

  it.each(['', 'a b', '-x-\n', 'a..b', '1.2.3.4:443', 'x'.repeat(64)])('is not made for the name %j', async (name) => {
    await expect(ensureCertificate(temporaryFolder(), [name], silentLogger)).rejects.toThrow(ConfigError);
  });

  it('of an operator must be readable, well-formed, and belong to its key', async () => {
    const folder = temporaryFolder();
    const [one, two] = [createSelfSigned(['a'], new Date(), soon), createSelfSigned(['a'], new Date(), soon)];
    const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
    const read = () => readCertificate(files, silentLogger);
    await expect(read()).rejects.toThrow(`${files.certificate}: cannot be read`);
    await writeFile(files.certificate, 'nonsense');
    await writeFile(files.key, two.key);
    await expect(read()).rejects.toThrow(`${files.certificate}: is no certificate in PEM form`);
    await writeFile(files.certificate, one.certificate);
    await expect(read()).rejects.toThrow(`${files.key}: is not the key of the certificate`);
    await writeFile(files.key, one.key);
    expect(await read()).toMatchObject(one);
  });
});
