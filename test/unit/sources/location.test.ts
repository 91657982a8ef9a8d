import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../../src/config/credentials.js';
import { ConfigError } from '../../../src/config/errors.js';
import { type Location, resolveLocation } from '../../../src/sources/location.js';

type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>;

function credentials(sections: Sections): Credentials {
  const falsy = ['false', 'no', 'off', '-', '0', ''];
  return {
    file: 'credentials.cfg',
    hosts: Object.keys(sections),
    has: (host, option) => sections[host]?.[option] !== undefined,
    get: (host, option) => {
      const value = sections[host]?.[option];
      return value === undefined || falsy.includes(value) ? undefined : value;
    },
  };
}

function resolve(url: string, sections: Sections = {}, followHostChange = true): Location {
  const environment = { HOME: '/home/agent', KEY: '~/.ssh/id_ed25519' };
  return resolveLocation(url, { credentials: credentials(sections), environment, followHostChange });
}

describe('resolveLocation', () => {
  it.each([
    ['https://git.example.org/team/app.git', 'https://git.example.org/team/app.git'],
    ['https://Git.Example.ORG:8443/team/app.git/', 'https://git.example.org:8443/team/app.git'],
    ['https://jdoe:s3cret@git.example.org/app', 'https://git.example.org/app'],
    ['git@git.example.org:team/app.git', 'git@git.example.org:team/app.git'],
    ['git@git.example.org:/srv/app.git', 'ssh://git@git.example.org/srv/app.git'],
    ['ssh://git@git.example.org:2222/srv/app.git', 'ssh://git@git.example.org:2222/srv/app.git'],
    ['ssh://[2001:db8::1]:22/app', 'ssh://[2001:db8::1]:22/app'],
    ['git://git.example.org/app', 'git://git.example.org/app'],
    ['file:///srv/git/app.git', 'file:///srv/git/app.git'],
    ['/srv/git/app.git', '/srv/git/app.git'],
  ])('takes %s to %s without credentials', (url, expected) => {
    expect(resolve(url).url).toBe(expected);
  });

  it('keeps what identifies the source free of the password', () => {
    expect(resolve('https://jdoe:s3cret@git.example.org/app').plainUrl).toBe('https://jdoe@git.example.org/app');
    expect(resolve('git@git.example.org:app.git').plainUrl).toBe('ssh://git@git.example.org/app.git');
  });

  it('hands user name and password over beside the URL', () => {
    const sections = { 'git.example.org:8080': { username: 'DOM%5Creader', password: 'p@ss w:rd/?1%41' } };
    const location = resolve('http://git.example.org:8080/app', sections);
    expect(location).toMatchObject({ username: 'DOM\\reader', password: 'p@ss w:rd/?1%41' });
    expect(location.url).toBe('http://git.example.org:8080/app');
  });

  it('follows a change of host once, and takes the options of the new one', () => {
    const sections = {
      'old.example.org': { host: 'new.example.org:8443', username: 'ignored', skip_stats: 'yes' },
      'new.example.org:8443': { username: 'reader', password: 'x', host: 'third.example.org' },
    };
    const location = resolve('https://old.example.org/app.git', sections);
    expect(location.url).toBe('https://new.example.org:8443/app.git');
    expect(location).toMatchObject({ section: 'new.example.org:8443', username: 'reader', port: 8443 });
    expect(location.option('skip_stats')).toBeUndefined();
    expect(location.plainUrl).toBe('https://old.example.org/app.git');
  });

  it('does not follow a change of host where it is to be ignored', () => {
    const sections = { 'old.example.org': { host: 'new.example.org', skip_stats: 'yes' } };
    const location = resolve(
      'https://old.example.org:443/app',
      { ...sections, 'old.example.org:443': { host: 'a' } },
      false,
    );
    expect(location.url).toBe('https://old.example.org:443/app');
    expect(resolve('https://old.example.org/app', sections, false).option('skip_stats')).toBe('yes');
  });

  it('goes over SSH where a key is named, in the forms that hosts accept', () => {
    const host = { env: 'KEY', username: 'jdoe', 'username.ssh': 'git', strip: 'gitlab' };
    const location = resolve('https://git.example.org/gitlab/team/app.git', { 'git.example.org': host });
    expect(location).toMatchObject({
      url: 'git@git.example.org:team/app.git',
      scheme: 'ssh',
      identityFile: '/home/agent/.ssh/id_ed25519',
    });
    const withPort = resolve('https://git.example.org/team/app.git', { 'git.example.org': { ...host, port: '2222' } });
    expect(withPort.url).toBe('ssh://git@git.example.org:2222/team/app.git');
  });

  it('leaves the user name of the URL in force where the option is falsy', () => {
    const sections = { 'git.example.org': { username: 'jdoe', 'username.ssh': '-' } };
    expect(resolve('ssh://git@git.example.org/app', sections).username).toBe('git');
  });

  it('names the variable of a key that is not set', () => {
    const location = resolve('https://git.example.org/app', { 'git.example.org': { env: 'NO_KEY' } });
    expect(location.identityVariable).toBe('NO_KEY');
    expect(location.identityFile).toBeUndefined();
  });

  it.each([
    'ssh://-oProxyCommand=id/app',
    'ssh://%2DoProxyCommand=id/app',
    'ssh://-l@git.example.org/app',
    'git@git.example.org:-app',
    '-uid',
    'https://git.example.org:99999/app',
    'https://git example.org/app',
    '',
  ])('refuses %s', (url) => {
    expect(() => resolve(url)).toThrow(ConfigError);
  });

  it.each([{ port: 'ssh' }, { port: '0x50' }, { host: 'https://new.example.org' }, { host: 'a b' }])(
    'refuses the option %j and names file and section',
    (options) => {
      expect(() => resolve('https://git.example.org/app', { 'git.example.org': options })).toThrow(
        /credentials\.cfg: \[git\.example\.org\]/,
      );
    },
  );

  it('never lets a password into a URL', () => {
    const text = fc
      .string({ minLength: 8, unit: 'grapheme' })
      .filter((value) => !'https://git.example.org/app'.includes(value));
    fc.assert(
      fc.property(text, (password) => {
        const location = resolve('https://git.example.org/app', { 'git.example.org': { username: 'u', password } });
        expect(`${location.url} ${location.plainUrl}`).not.toContain(password);
      }),
    );
  });
});
