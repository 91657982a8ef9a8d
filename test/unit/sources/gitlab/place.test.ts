import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadCredentials } from '../../../../src/config/credentials.js';
import { Redactor } from '../../../../src/log/redactor.js';
import { type GitLabPlace, resolvePlace } from '../../../../src/sources/gitlab/place.js';

function place(url: string, credentials = '', followHostChange = true): GitLabPlace {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatherer-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'credentials.cfg');
  writeFileSync(file, credentials);
  const environment = { GATHERER_CREDENTIALS_FILE: file };
  return resolvePlace(url, {
    environment,
    credentials: loadCredentials(environment, new Redactor()),
    followHostChange,
  });
}

it.each([
  ['https://git.example.org/group/sub/name.git', 'https://git.example.org', 'group/sub/name'],
  ['http://git.example.org:8080/group/name/', 'http://git.example.org:8080', 'group/name'],
  ['git@git.example.org:group/name.git', 'https://git.example.org', 'group/name'],
  ['ssh://git@git.example.org:2222/group/name.git', 'https://git.example.org', 'group/name'],
])('finds the API and the path of %s', (url, server, path) => {
  expect(place(url)).toMatchObject({ server, path, namespace: 'group' });
});

it('takes the folder off that GitLab lies below, and the protocol of the option', () => {
  const credentials = '[example.org]\nstrip = gitlab\nprotocol = https\n';
  expect(place('http://example.org/gitlab/group/name', credentials)).toMatchObject({
    server: 'https://example.org/gitlab',
    path: 'group/name',
  });
});

const moved = [
  '[old.example.org]',
  'host = new.example.org',
  'group = team',
  '[new.example.org]',
  'gitlab_token = secret-token',
].join('\n');

it('looks projects up in the group where the host leads to another server', () => {
  const found = place('https://old.example.org/space/name.git', moved);
  expect(found).toMatchObject({
    ...{ server: 'https://new.example.org', path: 'team/space-name', namespace: 'team', group: 'team' },
    token: 'secret-token',
  });
  expect(found.location.url).toBe('https://new.example.org/team/space-name.git');
  expect(found.location.plainUrl).toBe('https://old.example.org/space/name.git');
});

it('leaves projects of the group itself, and those whose host is not followed', () => {
  expect(place('https://old.example.org/team/name', moved).path).toBe('team/name');
  expect(place('https://old.example.org/space/name', moved, false)).toMatchObject({
    server: 'https://old.example.org',
    path: 'space/name',
  });
});

it.each(['https://git.example.org/name', 'https://git.example.org/', '/srv/group/name'])(
  'names no project: %s',
  (url) => {
    expect(() => place(url)).toThrow('names no project of GitLab');
  },
);
