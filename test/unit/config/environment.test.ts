import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentFiles, loadEnvironment } from '../../../src/config/environment.js';
import { ConfigError } from '../../../src/config/errors.js';
import { temporaryFolder } from './folder.js';

describe('loadEnvironment', () => {
  it('puts the command line over the process environment over the files, the later file over the earlier', () => {
    const home = temporaryFolder({
      env: 'A=env B=env C=env D=env',
      'config/env': 'B=config C=config D=config',
    });
    const { values, origins } = loadEnvironment({
      commandLine: { D: 'option' },
      process: { C: 'process', D: 'process', E: undefined },
      files: environmentFiles(home),
    });
    expect({ ...values }).toEqual({ A: 'env', B: 'config', C: 'process', D: 'option' });
    expect(origins.get('A')).toEqual({ kind: 'file', file: path.join(home, 'env'), line: 1 });
    expect(origins.get('C')).toEqual({ kind: 'environment' });
    expect(origins.get('D')).toEqual({ kind: 'command line' });
  });

  it('resolves references by the value in force', () => {
    const home = temporaryFolder({ env: 'A=one\nB=$A\nC=$P', 'config/env': 'A=two\nD=$A-$B' });
    const { values } = loadEnvironment({ commandLine: {}, process: { P: 'p' }, files: environmentFiles(home) });
    expect({ ...values }).toEqual({ A: 'two', B: 'one', C: 'p', D: 'two-one', P: 'p' });
  });

  it('takes no variables that steer programs from the controller', () => {
    const folder = temporaryFolder({
      preflight_env: 'SOURCE_TAG=v1\nLD_PRELOAD=/x.so GIT_SSH_COMMAND=sh\nexport PATH=/tmp NODE_OPTIONS=-r',
    });
    const { values, refused } = loadEnvironment({
      commandLine: {},
      process: {},
      files: [],
      receivedFiles: [path.join(folder, 'preflight_env')],
    });
    expect({ ...values }).toEqual({ SOURCE_TAG: 'v1' });
    expect(refused.map((place) => path.relative(folder, place))).toEqual([
      'preflight_env:2: LD_PRELOAD',
      'preflight_env:2: GIT_SSH_COMMAND',
      'preflight_env:3: PATH',
      'preflight_env:3: NODE_OPTIONS',
    ]);
  });

  it('does not find what objects inherit', () => {
    const { values } = loadEnvironment({ commandLine: {}, process: {}, files: [] });
    expect(values['constructor']).toBeUndefined();
  });

  it('explains that a path is a directory', () => {
    const home = temporaryFolder();
    mkdirSync(path.join(home, 'env'));
    const load = () => loadEnvironment({ commandLine: {}, process: {}, files: environmentFiles(home) });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(`${path.join(home, 'env')}: is a directory`);
    expect(load).toThrow('virtual environment');
  });

  it('skips files that do not exist', () => {
    expect(loadEnvironment({ commandLine: {}, process: {}, files: ['/nowhere/env'] }).origins.size).toBe(0);
  });
});
