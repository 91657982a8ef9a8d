import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../../src/config/configuration-file.js';
import { credentialOptions } from '../../../src/config/credentials-schema.js';
import { parseIni } from '../../../src/config/ini.js';
import { settingDefinition } from '../../../src/config/settings.js';
import { isPlaceholder, renderTemplate, templateFor } from '../../../src/config/template.js';
import { variables } from '../../../src/config/variables.js';
import { writeConfiguration } from '../../../src/config/write-templates.js';
import { temporaryFolder } from './folder.js';

function render(kind: 'settings' | 'credentials', environment: Record<string, string>) {
  const { sections } = parseIni(renderTemplate(templateFor(kind), environment), `${kind}.cfg`);
  const get = (section: string, option: string) => sections.get(section)?.options.get(option)?.value;
  return { sections, get };
}

describe('the templates', () => {
  it('hold only options that are known, filled by the variable that the schema names', () => {
    for (const [section, { options }] of parseIni(templateFor('settings'), 'settings.cfg.example').sections) {
      for (const [name, { value }] of options) {
        expect([section, name, `$${settingDefinition(section, name)?.variable}`]).toEqual([section, name, value]);
      }
    }
    const [source] = parseIni(templateFor('credentials'), 'credentials.cfg.example').sections.values();
    for (const [name, { value }] of source?.options ?? []) expect(`$${credentialOptions[name]?.variable}`).toBe(value);
  });

  it('use only variables of the catalogue, and all of its template variables', () => {
    const text = `${templateFor('settings')}${templateFor('credentials')}`;
    const used = new Set([...text.matchAll(/\$(\w+)/g)].map(([, name]) => name));
    const names = variables.map(({ name }) => name);
    expect([...used].filter((name) => !names.includes(name ?? ''))).toEqual([]);
    const templateVariables = variables.filter(({ scope }) => scope.endsWith('.cfg')).map(({ name }) => name);
    expect(templateVariables.filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('renderTemplate', () => {
  it('replaces variables, also in names', () => {
    const { get } = render('settings', { JIRA_KEY: 'TEST', PROJECT_NAME: 'Test = 1', SSH_HOST: 'c.example' });
    expect(get('projects', 'test')).toBe('Test = 1');
    expect(get('ssh', 'host')).toBe('c.example');
    expect(get('ssh', 'cert')).toBe('');
  });

  it('gives each of several keys an option of its own', () => {
    const { get, sections } = render('settings', { JIRA_KEY: 'ONE TWO', CONTROLLER_NETWORK: '10.0.0.0/8' });
    expect([...(sections.get('projects')?.options.keys() ?? [])]).toEqual(['one', 'two']);
    expect(get('network', 'two')).toBe('10.0.0.0/8');
  });

  it.each(['', '-'])('leaves out sections and options whose name is %j', (value) => {
    const settings = render('settings', { JIRA_KEY: value });
    expect(settings.sections.get('projects')?.options.size).toBe(0);
    expect(render('credentials', { SOURCE_HOST: value, DEFINITIONS_HOST: 'q.example' }).sections.size).toBe(1);
  });

  it('makes two sections of one host one, in which the first value that is set wins', () => {
    const { sections, get } = render('credentials', {
      SOURCE_HOST: 'git.example:8080',
      SOURCE_USERNAME: '-',
      SOURCE_PASSWORD: 'first',
      DEFINITIONS_HOST: 'git.example:8080',
      DEFINITIONS_USERNAME: 'gros',
      DEFINITIONS_PASSWORD: 'second',
    });
    expect([...sections.keys()]).toEqual(['git.example:8080']);
    expect(get('git.example:8080', 'username')).toBe('gros');
    expect(get('git.example:8080', 'password')).toBe('first');
  });

  it('does not replace what a value refers to', () => {
    expect(render('settings', { JIRA_PASSWORD: '$HOME${PATH}$' }).get('jira', 'password')).toBe('$HOME${PATH}$');
  });

  it('can always be read back, whatever the variables hold', () => {
    const anything = fc.string({ unit: 'binary' });
    const environment = fc.record({
      JIRA_KEY: anything,
      PROJECT_NAME: anything,
      SUBPROJECT_KEY: anything,
      SOURCE_HOST: anything,
      SOURCE_PASSWORD: anything,
      DEFINITIONS_HOST: anything,
      JIRA_PASSWORD: anything,
    });
    fc.assert(
      fc.property(environment, (values) => {
        expect(render('settings', values).sections.has('jira')).toBe(true);
        render('credentials', values);
      }),
    );
  });
});

describe('isPlaceholder', () => {
  it.each([
    ['$JIRA_SERVER', true],
    ['${JIRA_SERVER}', true],
    ['$ecret', false],
    ['x$JIRA_SERVER', false],
    ['', false],
  ])('%s: %s', (value, expected) => {
    expect(isPlaceholder(value)).toBe(expected);
  });
});

describe('writeConfiguration', () => {
  it('writes what is not there, for the owner only, and follows the environment until somebody edits it', async () => {
    const folder = temporaryFolder({ 'credentials.cfg': '[mine]\n' });
    const environment = {
      GATHERER_SETTINGS_FILE: path.join(folder, 'config/settings.cfg'),
      GATHERER_CREDENTIALS_FILE: path.join(folder, 'credentials.cfg'),
      JIRA_KEY: 'TEST',
    };
    expect(await writeConfiguration(environment)).toEqual([environment.GATHERER_SETTINGS_FILE]);
    expect(statSync(environment.GATHERER_SETTINGS_FILE).mode & 0o777).toBe(0o600);
    expect(readFileSync(environment.GATHERER_CREDENTIALS_FILE, 'utf8')).toBe('[mine]\n');
    expect(await writeConfiguration(environment)).toEqual([]);
    const other = { ...environment, JIRA_KEY: 'OTHER' };
    expect(readConfiguration('settings', other).ini.sections.get('projects')?.options.has('other')).toBe(true);
    expect(await writeConfiguration(other)).toEqual([environment.GATHERER_SETTINGS_FILE]);
    const made = readFileSync(environment.GATHERER_SETTINGS_FILE, 'utf8');
    expect(made).toContain('[projects]\nOTHER = ');
    writeFileSync(environment.GATHERER_SETTINGS_FILE, `${made}[mine]\n`);
    expect(await writeConfiguration(environment)).toEqual([]);
    expect(readConfiguration('settings', environment).ini.sections.has('mine')).toBe(true);
  });
});
