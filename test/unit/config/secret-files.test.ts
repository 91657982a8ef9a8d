import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadEnvironment } from '../../../src/config/environment.js';
import { ConfigError } from '../../../src/config/errors.js';
import { temporaryFolder } from './folder.js';

function load(process: Record<string, string>, files: readonly string[] = []) {
  return loadEnvironment({ commandLine: {}, process, files });
}

describe('a secret in a file', () => {
  it('is read without its line end, and its origin is the file', () => {
    const file = path.join(temporaryFolder({ password: 'two words\n' }), 'password');
    const { values, origins } = load({ SOURCE_PASSWORD_FILE: file });
    expect(values['SOURCE_PASSWORD']).toBe('two words');
    expect(origins.get('SOURCE_PASSWORD')).toEqual({ kind: 'file', file, line: 1 });
  });

  it('counts where an env file names it, and not where the secret itself is set', () => {
    const folder = temporaryFolder({ url: 'postgresql://file' });
    const env = path.join(folder, 'env');
    writeFileSync(env, `DATABASE_URL_FILE=${path.join(folder, 'url')}\n`);
    expect(load({}, [env]).values['DATABASE_URL']).toBe('postgresql://file');
    expect(load({ DATABASE_URL: 'postgresql://given' }, [env]).values['DATABASE_URL']).toBe('postgresql://given');
  });

  it('must be there', () => {
    expect(() => load({ JIRA_PASSWORD_FILE: '/no/such/file' })).toThrow(ConfigError);
    expect(() => load({ JIRA_PASSWORD_FILE: '/no/such/file' })).toThrow('there is no file /no/such/file');
  });

  it('is nothing that variables have which are no secrets', () => {
    expect(load({ SSH_HOST_FILE: '/no/such/file' }).values['SSH_HOST']).toBeUndefined();
  });
});
