import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/config/environment.js';
import { ConfigError } from '../../../src/config/errors.js';
import { createRuntime } from '../../../src/config/runtime.js';
import { Redactor } from '../../../src/log/redactor.js';
import { temporaryFolder } from './folder.js';

function runtimeIn(folder: string, environment: Environment = {}, logLevel: string | null = 'CRITICAL') {
  const files = {
    GATHERER_SETTINGS_FILE: `${folder}/settings.cfg`,
    GATHERER_CREDENTIALS_FILE: `${folder}/credentials.cfg`,
  };
  return createRuntime({
    commandLine: {},
    process: { ...files, ...environment },
    workingFolder: folder,
    ...(logLevel === null ? {} : { logLevel }),
    terminal: false,
    redactor: new Redactor(),
    signal: new AbortController().signal,
  });
}

describe('createRuntime', () => {
  it('takes the working directory for GATHERER_HOME where that is not set', () => {
    const [folder, home] = [
      temporaryFolder({ env: 'A=folder' }),
      temporaryFolder({ env: 'A=home', VERSION: '9.9\nmore\n' }),
    ];
    expect(runtimeIn(folder).environment['A']).toBe('folder');
    const runtime = runtimeIn(folder, { GATHERER_HOME: home });
    expect([runtime.environment['A'], runtime.home, runtime.version]).toEqual(['home', home, '9.9']);
    expect(runtimeIn(folder).version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('reads settings on first use only', () => {
    const runtime = runtimeIn(temporaryFolder({ 'settings.cfg': 'nonsense' }));
    expect(() => runtime.settings).toThrow(ConfigError);
  });

  it('reads everything again, and what the controller sent', () => {
    const folder = temporaryFolder({
      env: 'A=1',
      'settings.cfg': '[jira]\nusername = one\n',
      preflight_env: 'A=2 B=2\nLD_PRELOAD=x',
    });
    const runtime = runtimeIn(folder);
    expect([runtime.settings.get('jira', 'username'), runtime.environment['A']]).toEqual(['one', '1']);
    writeFileSync(path.join(folder, 'settings.cfg'), '[jira]\nusername = two\n');
    const again = runtime.reread([path.join(folder, 'preflight_env')]);
    expect(again.settings.get('jira', 'username')).toBe('two');
    expect([again.environment['A'], again.environment['B'], again.environment['LD_PRELOAD']]).toEqual([
      '2',
      '2',
      undefined,
    ]);
    expect(runtime.environment['A']).toBe('1');
    expect(again.reread().environment['B']).toBeUndefined();
  });

  it('logs at the level that the files say now, unless an option says it', () => {
    const folder = temporaryFolder({ env: 'logLevel=ERROR', preflight_env: 'logLevel=DEBUG' });
    const levels = [null, 'WARNING'].map((level) => {
      const runtime = runtimeIn(folder, {}, level);
      return [runtime.log.level, runtime.reread([path.join(folder, 'preflight_env')]).log.level];
    });
    expect(levels).toEqual([
      ['error', 'debug'],
      ['warn', 'warn'],
    ]);
  });

  it('knows the secrets of the environment, of settings and of credentials', () => {
    const runtime = runtimeIn(
      temporaryFolder({
        'settings.cfg': '[DEFAULT]\npassword = hush-default\n[jira]\nserver = http://j\n[bigboat]\nkey = hush-key\n',
        'credentials.cfg': '[h]\ngithub_token = hush-token\n',
      }),
      { SOURCE_PASSWORD: 'hush-variable' },
    );
    expect([runtime.settings.file, runtime.credentials.hosts]).toHaveLength(2);
    expect(runtime.redactor.text('hush-default hush-key hush-token hush-variable')).toBe('*** *** *** ***');
  });

  it.each(['debug', 'WARNING', 'Critical'])('takes the level %s', (level) => {
    expect(runtimeIn(temporaryFolder(), {}, level).log.level).toMatch(/^(debug|warn|fatal)$/);
  });

  it('refuses a level that does not exist', () => {
    expect(() => runtimeIn(temporaryFolder(), {}, 'LOUD')).toThrow('--log: expected one of DEBUG');
  });
});
