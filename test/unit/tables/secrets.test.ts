import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/errors.js';
import { loadSecrets, parseSecrets } from '../../../src/tables/secrets.js';
import { temporaryFolder } from '../../temporary-folder.js';

const secrets = {
  salts: { salt: 'the-salt', pepper: 'the-pepper' },
  usernames: [{ prefix: 'ORG%', pattern: 'ORG(.*)', replace: '$1' }],
};

describe('secrets.json', () => {
  it('is read from a file', async () => {
    const file = join(temporaryFolder(), 'secrets.json');
    writeFileSync(file, JSON.stringify(secrets));
    expect(await loadSecrets(file)).toEqual(secrets);
  });

  it('may have no username rules, and fields of later versions', async () => {
    expect(parseSecrets('{"salts":{"salt":"a","pepper":"b","more":1},"more":1}', 'f')).toEqual({
      salts: { salt: 'a', pepper: 'b' },
      usernames: [],
    });
  });

  it('may be absent', async () => {
    expect(await loadSecrets(join(temporaryFolder(), 'secrets.json'))).toBeUndefined();
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'document'],
    ['{}', 'salts'],
    ['{"salts":{"salt":"a"}}', 'salts.pepper'],
    ['{"salts":{"salt":"a","pepper":1}}', 'salts.pepper'],
    ['{"salts":{"salt":"a","pepper":"b"},"usernames":{}}', 'usernames'],
    ['{"salts":{"salt":"a","pepper":"b"},"usernames":[{"pattern":"x"}]}', 'usernames.0.prefix'],
    ['{"salts":{"salt":"a","pepper":"b"},"usernames":[{"prefix":"x","pattern":"("}]}', 'usernames[0]: pattern "("'],
    ['{"salts":{"salt":"a","pepper":"b"},"usernames":[{"prefix":"x","pattern":"(x+)+y"}]}', 'takes too long'],
  ])('is refused where it is %s, by an error that names it', async (contents, message) => {
    const file = join(temporaryFolder(), 'secrets.json');
    writeFileSync(file, contents);
    await expect(loadSecrets(file)).rejects.toThrow(ConfigError);
    await expect(loadSecrets(file)).rejects.toThrow(`${file}: `);
    await expect(loadSecrets(file)).rejects.toThrow(message);
  });

  it('never shows a salt in an error', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom('', '{', '"', ',', '1', ']'));
    fc.assert(
      fc.property(damage, ([position, insertion]) => {
        const text = JSON.stringify(secrets);
        const at = position % text.length;
        try {
          parseSecrets(text.slice(0, at) + insertion + text.slice(at + 1), 'secrets.json');
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(String(error)).not.toMatch(/the-salt|the-pepper/);
        }
      }),
    );
  });

  it('is not readable where a folder stands in its place', async () => {
    await expect(loadSecrets(temporaryFolder())).rejects.toThrow('cannot be read');
  });
});
