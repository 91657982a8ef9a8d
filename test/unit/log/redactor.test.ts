import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/log/redactor.js';

function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

describe('Redactor', () => {
  it.each([
    ['GET https://user:pass@example.org/x?y=z', 'GET https://***@example.org/x?y=z'],
    ['https://token@example.org', 'https://***@example.org'],
    ['https://user:p@ss@example.org/', 'https://***@example.org/'],
    ['ssh://git@example.org:22/x and https://a:b@c/', 'ssh://***@example.org:22/x and https://***@c/'],
    ['mail jan@example.org about https://example.org/@me', 'mail jan@example.org about https://example.org/@me'],
    ['Authorization: Basic dXNlcjpwYXNz, next', 'Authorization: Basic ***, next'],
    ['{"authorization":"Bearer abc.def"}', '{"authorization":"Bearer ***"}'],
    ['Proxy-Authorization: Negotiate abc', 'Proxy-Authorization: Negotiate ***'],
    ['PRIVATE-TOKEN: glpat-123 x', 'PRIVATE-TOKEN: *** x'],
    [
      'key: -----BEGIN OPENSSH PRIVATE KEY-----\nabc\ndef\n-----END OPENSSH PRIVATE KEY----- end',
      'key: -----BEGIN OPENSSH PRIVATE KEY-----*** end',
    ],
    ['-----BEGIN PRIVATE KEY-----\ncut off', '-----BEGIN PRIVATE KEY-----***'],
    ['-----BEGIN CERTIFICATE-----\nabc', '-----BEGIN CERTIFICATE-----\nabc'],
  ])('masks by form: %j', (text, expected) => {
    expect(new Redactor().text(text)).toBe(expected);
  });

  it('masks a known secret in its plain, URL, JSON and base64 forms', () => {
    const secret = 'p@ss "wörd"\\1';
    const forms = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)];
    const redactor = redactorOf(secret);
    for (const form of forms) expect(redactor.text(`<${form}>`)).toBe('<***>');
    expect(redactor.text(`<${Buffer.from(secret).toString('base64')}>`)).toMatch(/^<\*\*\*=*>$/);
  });

  it('masks each longer line of a secret of several lines', () => {
    expect(redactorOf('first line\nsecond line').text('got "second line"')).toBe('got "***"');
  });

  it('masks the longest of two secrets that start alike', () => {
    expect(redactorOf('secret', 'secret-word').text('secret-word')).toBe('***');
  });

  it('masks a short secret only where it stands alone', () => {
    expect(redactorOf('abc').text('abc abcd "abc" é abc_')).toBe('*** abcd "***" é abc_');
  });

  it('reaches into nested values, keys and numbers', () => {
    const redactor = redactorOf('s3cret-token', '20263');
    expect(redactor.value({ a: ['x s3cret-token'], 's3cret-token': { n: 20263, m: 5, z: null, b: true } })).toEqual({
      a: ['x ***'],
      '***': { n: '***', m: 5, z: null, b: true },
    });
  });

  it('never lets a known secret through, wherever it stands', () => {
    const secret = fc
      .string({ unit: 'binary', minLength: 5, maxLength: 40 })
      .filter((text) => !'*'.repeat(9).includes(text));
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.string(),
        (secrets, before, after) => {
          const redactor = redactorOf(...secrets);
          for (const each of secrets) {
            expect(redactor.text(`${before}${each}${after}`)).not.toContain(each);
            expect(
              JSON.stringify(redactor.value({ url: `https://x/${encodeURIComponent(Buffer.from(each).toString())}` })),
            ).not.toContain(JSON.stringify(each).slice(1, -1));
          }
        },
      ),
    );
  });

  it('takes linear time on hostile texts', () => {
    const started = performance.now();
    const redactor = redactorOf('aaaaaaaaab');
    redactor.text('a'.repeat(200_000));
    redactor.text('http://'.repeat(20_000));
    redactor.text(`://${'a@:'.repeat(50_000)}`);
    redactor.text('-----BEGIN PRIVATE KEY-----'.repeat(2_000));
    redactor.text('authorization: '.repeat(10_000));
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
