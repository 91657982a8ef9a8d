import { chmodSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCredentials } from '../../../src/config/check-credentials.js';
import { checkAgentEnvironment, checkEnvironment } from '../../../src/config/check-environment.js';
import { checkSettings } from '../../../src/config/check-settings.js';
import type { Problem } from '../../../src/config/problem.js';
import { temporaryFolder } from './folder.js';

/** Problems as `severity place: message`, with file names without folder. */
function described(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ severity, place, message }) => `${severity} ${path.basename(place)}: ${message}`);
}

function settingsProblems(text: string, environment: Record<string, string> = {}): readonly string[] {
  const file = path.join(temporaryFolder({ 'settings.cfg': text }), 'settings.cfg');
  chmodSync(file, 0o600);
  return described(checkSettings({ ...environment, GATHERER_SETTINGS_FILE: file }));
}

function credentialProblems(text: string, environment: Record<string, string> = {}): readonly string[] {
  const file = path.join(temporaryFolder({ 'credentials.cfg': text }), 'credentials.cfg');
  chmodSync(file, 0o600);
  return described(checkCredentials({ ...environment, GATHERER_CREDENTIALS_FILE: file }));
}

const project = '[projects]\nTEST = Test\n[network]\nTEST = 10.0.0.0/8\n';
const controller = '[ssh]\nhost = c.example\nusername = agent-TEST\n';

describe('checkSettings', () => {
  it('has nothing to say of good settings', () => {
    expect(settingsProblems(`${project}${controller}`)).toEqual([]);
  });

  it.each([
    ['[ssh]\nhost', 'error settings.cfg:2: expected "option = value"'],
    [controller, 'error settings.cfg: section [projects] names no project'],
    [
      `[projects]\nT-1 = x\n${controller}`,
      'error settings.cfg:2: "T-1" of section [projects] is not the key of a project',
    ],
    [`[projects]\nTEST = x\n${controller}`, 'warning settings.cfg:2: project TEST has no networks'],
    [`${project}[ssh]\nhost = c.example\n`, 'error settings.cfg: option "username" of section [ssh] is not set'],
    [`${project}[ssh]\nhost = -\n`, 'warning settings.cfg: option "host" of section [ssh] is not set'],
    [`${project}${controller}cert = /nowhere.crt\n`, 'there is no file /nowhere.crt'],
    [`${project}${controller}[jenkins]\nverify = certs/none.pem\n`, 'there is no file certs/none.pem'],
    [
      `${project}${controller}[jira]\nserver = x\n`,
      'error settings.cfg:9: option "server" of section [jira]: expected a URL',
    ],
    [
      `${project}${controller}[jira]\nserver = $JIRA_SERVER\n`,
      'warning settings.cfg:9: option "server" of section [jira] is left as',
    ],
    [
      `${project}${controller}[jira]\nsever = x\n`,
      'warning settings.cfg:9: option "sever" of section [jira] is not known',
    ],
    [
      `${project}${controller}[jria]\nserver = x\n`,
      'warning settings.cfg:9: option "server" of section [jria] is not known',
    ],
    [
      `${project}${controller}[teams]\n$JIRA_KEY = x\n`,
      'warning settings.cfg:9: option "$jira_key" of section [teams] is left as',
    ],
    [`${project}${controller}[teams]\nOTHER = x\n`, 'project OTHER in section [teams] is not in section [projects]'],
    [
      `${project}${controller}[subprojects]\nPART = OTHER\n`,
      'project OTHER in section [subprojects] is not in section [projects]',
    ],
    [`${project}${controller}[access]\nTEST = 10.0.0.0/8\n`, 'everybody may read'],
    [
      '[projects]\nTEST = x\n[network]\nTEST = 10.0.0.1/8\n',
      'error settings.cfg:4: option "test" of section [network]: expected IP networks',
    ],
    ['[a]\n[a]\n', 'error settings.cfg:2: section [a] is already on line 1'],
  ])('finds what is wrong with %j', (text, problem) => {
    expect(settingsProblems(text)).toContainEqual(expect.stringContaining(problem));
  });

  it('does not print secrets', () => {
    expect(settingsProblems(`${project}[bigboat]\nkey = hush\nhost = h\n`).join()).not.toContain('hush');
  });

  it('says that others may read the file', () => {
    const file = path.join(temporaryFolder({ 'settings.cfg': project }), 'settings.cfg');
    chmodSync(file, 0o644);
    expect(described(checkSettings({ GATHERER_SETTINGS_FILE: file }))).toContainEqual(
      expect.stringContaining('mode 644'),
    );
  });

  it('checks what the environment makes of the template where there is no file', () => {
    const problems = described(
      checkSettings({ GATHERER_SETTINGS_FILE: '/nowhere/settings.cfg', JIRA_KEY: 'TEST', SCHEDULE_DAYS: 'x' }),
    );
    expect(problems).toContainEqual(expect.stringContaining('warning settings.cfg: does not exist'));
    expect(problems).toContainEqual(
      expect.stringContaining('error settings.cfg: option "days" of section [schedule] (SCHEDULE_DAYS)'),
    );
  });
});

describe('checkCredentials', () => {
  it('has nothing to say of good credentials', () => {
    const text =
      '[old.example]\nhost = git.example:8080\n[git.example:8080]\nusername = u\npassword = p\nenv = KEY\n[[::1]:80]\n';
    expect(credentialProblems(text, { KEY: '/etc/hostname' })).toEqual([]);
  });

  it.each([
    [
      '[git.example]\nhost = new.example\n',
      'error credentials.cfg:1: option "host" of section [git.example]: there is no section [new.example]',
    ],
    [
      '[a]\nhost = b\n[b]\nhost = a\n',
      'warning credentials.cfg:1: section [a] leads to [b], whose own option "host" is not followed',
    ],
    ['[a]\nenv = KEY\n', 'error credentials.cfg:1: option "env" of section [a]: variable KEY is not set'],
    ['[a]\nenv = MISSING\n', 'error credentials.cfg:1: option "env" of section [a]: there is no file /nowhere/id'],
    ['[a]\nusername = -\npassword = p\n', 'warning credentials.cfg:1: section [a] has a password, but no user name'],
    ['[a]\nunsafe_hosts = yes\n', 'are not verified'],
    ['[https://a/]\n', 'is not named as a host'],
    ['[$SOURCE_HOST]\nenv = $SOURCE_CREDENTIALS_ENV\n', 'section [$SOURCE_HOST] is left as in the template'],
    ['[a]\npasword = p\n', 'option "pasword" of section [a] is not known'],
  ])('finds what is wrong with %j', (text, problem) => {
    expect(credentialProblems(text, { MISSING: '/nowhere/id' })).toContainEqual(expect.stringContaining(problem));
  });

  it('does not ask for the main key, which is made where it does not exist', () => {
    expect(credentialProblems('[a]\nenv = KEY\n', { KEY: '/nowhere/id', DEFINITIONS_CREDENTIALS_ENV: 'KEY' })).toEqual(
      [],
    );
  });
});

describe('checkEnvironment', () => {
  it('finds wrong time zones and proxies', () => {
    expect(described(checkEnvironment({ TZ: 'Europe/Amsterdam', HTTP_PROXY: 'http://p:1' }))).toEqual([]);
    expect(described(checkEnvironment({ TZ: 'Mars', HTTPS_PROXY: 'p:1' }))).toHaveLength(2);
  });

  it('finds what an agent lacks', () => {
    const environment = { JIRA_KEY: 'TEST', DEFINITIONS_CREDENTIALS_ENV: 'KEY', KEY: '/id', CRON_PERIOD: 'hourly' };
    expect(checkAgentEnvironment(environment, ['TEST'])).toEqual([]);
    const problems = (changes: Record<string, string>) =>
      described(checkAgentEnvironment({ ...environment, ...changes }, ['TEST'])).join('\n');
    expect(problems({ JENKINS_URL: 'x' })).toContain('scrapes once');
    expect(problems({ JIRA_KEY: '-' })).toContain('JIRA_KEY: is not set');
    expect(problems({ JIRA_KEY: 'TEST OTHER' })).toContain('project OTHER is not in section [projects]');
    expect(problems({ JIRA_KEY: 'te st' })).toContain('"te" is not the key of a project');
    expect(problems({ KEY: '' })).toContain('names KEY, which is not set');
  });
});
