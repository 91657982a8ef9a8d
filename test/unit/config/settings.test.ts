import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCredentials } from '../../../src/config/credentials.js';
import { ConfigError } from '../../../src/config/errors.js';
import { findProject, parseProjectKeys } from '../../../src/config/project.js';
import { loadSettings } from '../../../src/config/settings.js';
import { Redactor } from '../../../src/log/redactor.js';
import { temporaryFolder } from './folder.js';

function settingsOf(text: string, redactor = new Redactor()) {
  const file = path.join(temporaryFolder({ 'settings.cfg': text }), 'settings.cfg');
  return loadSettings({ GATHERER_SETTINGS_FILE: file }, redactor);
}

function credentialsOf(text: string, redactor = new Redactor()) {
  const file = path.join(temporaryFolder({ 'credentials.cfg': text }), 'credentials.cfg');
  return loadCredentials({ GATHERER_CREDENTIALS_FILE: file }, redactor);
}

describe('settings', () => {
  it.each(['false', 'no', 'off', '-', '0', '', '$JIRA_USER'])('has %j as not set', (value) => {
    expect(settingsOf(`[jira]\nusername = ${value}\n`).get('jira', 'username')).toBeUndefined();
  });

  it.each(['False', 'NO', 'Off', '00', '--', 'none', '$ecret'])('has %j as a value', (value) => {
    expect(settingsOf(`[jira]\nusername = ${value}\n`).get('jira', 'username')).toBe(value);
  });

  it('lists projects in file order and takes the first as the key of the agent', () => {
    const settings = settingsOf('[projects]\nzon = Z\nCRANE = C\n');
    expect(settings.projects).toEqual(['ZON', 'CRANE']);
    expect(settings.agentKey).toBe('ZON');
    expect(settings.section('projects')).toEqual(
      new Map([
        ['zon', 'Z'],
        ['crane', 'C'],
      ]),
    );
  });

  it('has no agent key without projects', () => {
    expect(() => settingsOf('[projects]\n$JIRA_KEY = $PROJECT_NAME\n').agentKey).toThrow(ConfigError);
  });

  it('prefers the option of a project', () => {
    const settings = settingsOf('[quality-time]\nurl = http://a\nurl.LENTE = http://b\nname = Q\nname.LENTE = -\n');
    expect(settings.getForProject('LENTE', 'quality-time', 'url')).toBe('http://b');
    expect(settings.getForProject('ZON', 'quality-time', 'url')).toBe('http://a');
    expect(settings.getForProject('LENTE', 'quality-time', 'name')).toBeUndefined();
  });

  it('takes options of [DEFAULT] where a section does not set them', () => {
    const settings = settingsOf('[DEFAULT]\nusername = d\npassword = p\n[jira]\nusername = j\n');
    expect([settings.get('jira', 'username'), settings.get('jira', 'PASSWORD')]).toEqual(['j', 'p']);
  });

  it.each([
    ['[schedule]\ndays = weekly\n', ':2: option "days" of section [schedule]: expected a whole number, not "weekly"'],
    [
      '[jira]\n\nserver = jira.example\n',
      ':3: option "server" of section [jira]: expected a URL that starts with http://',
    ],
    ['[dropins]\ntype = s3\n', ':2: option "type" of section [dropins]: expected one of owncloud'],
    ['[ssh]\nhost = https://c.example\n', ':2: option "host" of section [ssh]: expected a host name'],
    ['[quality-time]\nurl.LENTE = q\n', ':2: option "url.lente" of section [quality-time]: expected a URL'],
    ['[deploy]\nauth = everyone\n', ':2: option "auth" of section [deploy]: expected one of open, pwd, spwd, ldap'],
  ])('names file, section, option and expectation: %j', (text, message) => {
    expect(() => settingsOf(text)).toThrow(ConfigError);
    expect(() => settingsOf(text)).toThrow(message);
  });

  it('tolerates unknown sections and options, and wrong networks, which concern one project only', () => {
    const settings = settingsOf('[mine]\na = b\n[jira]\nx = y\n[network]\nTEST = nonsense\n');
    expect([settings.get('mine', 'a'), settings.get('jira', 'x'), settings.get('network', 'test')]).toEqual([
      'b',
      'y',
      'nonsense',
    ]);
  });

  it('makes the redactor know its secrets', () => {
    const redactor = new Redactor();
    settingsOf('[jira]\npassword = jira-secret\n[bigboat]\nkey.ZON = zon-secret\n', redactor);
    expect(redactor.text('jira-secret zon-secret')).toBe('*** ***');
  });

  it('takes the environment where there is no file', () => {
    const file = path.join(temporaryFolder(), 'settings.cfg');
    const settings = loadSettings({ GATHERER_SETTINGS_FILE: file, JIRA_KEY: 'TEST', SSH_HOST: 'c' }, new Redactor());
    expect([settings.agentKey, settings.get('ssh', 'host'), settings.file]).toEqual(['TEST', 'c', file]);
  });

  it('says that a path is a directory', () => {
    expect(() => loadSettings({ GATHERER_SETTINGS_FILE: temporaryFolder() }, new Redactor())).toThrow('is a directory');
  });
});

describe('credentials', () => {
  const text = '[Git.example:8080]\nusername = -\nusername.ssh = git\npassword = git-secret\n[other]\nenv = KEY\n';

  it('finds hosts as written, and in any case', () => {
    const credentials = credentialsOf(text);
    expect(credentials.hosts).toEqual(['Git.example:8080', 'other']);
    expect(credentials.get('git.example:8080', 'username.SSH')).toBe('git');
    expect(credentials.get('git.example', 'username')).toBeUndefined();
  });

  it('tells a falsy option from an absent one', () => {
    const credentials = credentialsOf(text);
    expect([credentials.get('git.example:8080', 'username'), credentials.has('git.example:8080', 'username')]).toEqual([
      undefined,
      true,
    ]);
    expect(credentials.has('other', 'username')).toBe(false);
  });

  it.each([
    ['port = 0x50', 'a port, from 1 to 65535, not "0x50"'],
    ['port = 65536', 'a port'],
    ['protocol = ssh', 'one of http, https'],
    ['from_date = last week', 'a date such as 2026-03-01'],
    ['env = ~/.ssh/id_rsa', 'the name of an environment variable'],
    ['host = http://x/', 'a host name'],
    ['github_api_url = api', 'a URL'],
  ])('refuses %s', (line, message) => {
    expect(() => credentialsOf(`[h]\n${line}\n`)).toThrow(message);
  });

  it('makes the redactor know its secrets', () => {
    const redactor = new Redactor();
    credentialsOf(text, redactor);
    expect(redactor.text('git-secret')).toBe('***');
  });
});

describe('projects', () => {
  const text = [
    '[projects]\nTEST = Test project\nPART = -\n[subprojects]\nPART = TEST\n',
    '[teams]\nTEST = testers\n[support]\nPART = yes\nTEST = no\n',
  ].join('');

  it('says what the settings say of a project', () => {
    expect(findProject(settingsOf(text), 'TEST')).toEqual({
      key: 'TEST',
      name: 'Test project',
      team: 'testers',
      supportTeam: false,
    });
    expect(findProject(settingsOf(text), 'PART')).toEqual({ key: 'PART', mainProject: 'TEST', supportTeam: true });
  });

  it.each(['NONE', 'test', '../TEST', 'É', 'TEST1', ''])('refuses %j', (key) => {
    expect(() => findProject(settingsOf(text), key)).toThrow(ConfigError);
  });

  it('reads JIRA_KEY', () => {
    expect(parseProjectKeys(' ONE TWO  ONE - ', 'JIRA_KEY')).toEqual(['ONE', 'TWO']);
    expect(parseProjectKeys(undefined, 'JIRA_KEY')).toEqual([]);
    expect(() => parseProjectKeys('ONE two', 'JIRA_KEY')).toThrow('JIRA_KEY: "two" is not the key of a project');
  });
});
