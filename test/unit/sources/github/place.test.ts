import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadCredentials } from '../../../../src/config/credentials.js';
import { Redactor } from '../../../../src/log/redactor.js';
import { type GitHubPlace, resolvePlace } from '../../../../src/sources/github/place.js';
import { temporaryFolder } from '../../../temporary-folder.js';

function place(url: string, credentials = ''): GitHubPlace {
  const file = path.join(temporaryFolder(), 'credentials.cfg');
  writeFileSync(file, credentials);
  const environment = { GATHERER_CREDENTIALS_FILE: file };
  return resolvePlace(url, {
    environment,
    credentials: loadCredentials(environment, new Redactor()),
    followHostChange: true,
  });
}

it.each([
  ['https://github.com/owner/name.git', 'https://github.com', 'https://api.github.com/'],
  ['git@github.com:owner/name.git', 'https://github.com', 'https://api.github.com/'],
  ['ssh://git@ssh.github.com:443/owner/name.git', 'https://ssh.github.com', 'https://api.github.com/'],
  ['https://acme.ghe.com/owner/name', 'https://acme.ghe.com', 'https://api.acme.ghe.com/'],
  ['https://github.example.org/owner/name/', 'https://github.example.org', 'https://github.example.org/api/v3/'],
  [
    'http://github.example.org:8080/owner/name',
    'http://github.example.org:8080',
    'http://github.example.org:8080/api/v3/',
  ],
])('finds the API and the repository of %s', (url, server, api) => {
  const found = place(url);
  expect(found).toMatchObject({ server, owner: 'owner', name: 'name' });
  expect(found.api.href).toBe(api);
});

it('takes the options of the host', () => {
  const options = 'github_token = secret-token\ngithub_api_url = https://api.example.org/github\nprotocol = https\n';
  const found = place('http://github.example.org/owner/name', `[github.example.org]\n${options}`);
  expect(found).toMatchObject({ server: 'https://github.example.org', token: 'secret-token' });
  expect(found.api.href).toBe('https://api.example.org/github/');
});

it.each(['-', '', 'false'])('takes the usual API where the option is "%s"', (value) => {
  const found = place('https://github.com/owner/name', `[github.com]\ngithub_api_url = ${value}\n`);
  expect(found.api.href).toBe('https://api.github.com/');
});

it.each(['https://github.com/name', 'https://github.com/', '/srv/owner/name', 'https://github.com/owner/.git'])(
  'names no repository: %s',
  (url) => {
    expect(() => place(url)).toThrow('names no repository of GitHub');
  },
);
