import path from 'node:path';
import { expect, it } from 'vitest';
import { loadEnvironment } from '../../../src/config/environment.js';
import { effectiveConfiguration } from '../../../src/config/show.js';
import { Redactor } from '../../../src/log/redactor.js';
import { temporaryFolder } from './folder.js';

it('names every value in force with its origin, and masks secrets', () => {
  const folder = temporaryFolder({
    env: 'GATHERER_SETTINGS_FILE=$FOLDER/settings.cfg\nHTTPS_PROXY=http://u:hush@p.example\n',
    'settings.cfg':
      '[projects]\nTEST = Test\n[jira]\nserver = https://j.example\npassword = hush\nmy_token = hush\n[ssh]\nhost = $SSH_HOST\n',
  });
  const environment = loadEnvironment({
    commandLine: { JIRA_KEY: 'TEST' },
    process: {
      FOLDER: folder,
      SOURCE_HOST: 'git.example',
      SOURCE_PASSWORD: 'hush',
      GATHERER_CREDENTIALS_FILE: '/nowhere/c.cfg',
    },
    files: [path.join(folder, 'env')],
  });
  const values = effectiveConfiguration(environment, new Redactor());
  const find = (group: string, name: string) =>
    values.find((value) => value.group.startsWith(group) && value.name === name);
  expect(find('variables', 'JIRA_KEY')).toMatchObject({ value: 'TEST', origin: 'command line' });
  expect(find('variables', 'SOURCE_HOST')).toMatchObject({ value: 'git.example', origin: 'environment' });
  expect(find('variables', 'HTTPS_PROXY')).toMatchObject({ value: 'http://***@p.example', origin: `${folder}/env:2` });
  expect(find('variables', 'logLevel')).toMatchObject({ value: 'INFO', origin: 'default' });
  expect(find('[jira]', 'server')).toMatchObject({ value: 'https://j.example', origin: `${folder}/settings.cfg:4` });
  expect(find('[jira]', 'password')?.value).toBe('***');
  expect(find('[ssh]', 'host')).toMatchObject({
    value: '$SSH_HOST',
    origin: `${folder}/settings.cfg:8, as in the template: not set`,
  });
  expect(find('[git.example]', 'password')).toMatchObject({ value: '***', origin: 'SOURCE_PASSWORD (environment)' });
  expect(JSON.stringify(values)).not.toContain('hush');
});
