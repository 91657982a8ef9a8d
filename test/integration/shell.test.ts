import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';

const program = join(import.meta.dirname, '../../dist/scraper/gatherer.js');

function shell(words: readonly string[], folder: string) {
  const environment = { PATH: process.env['PATH'], GATHERER_HOME: folder, FROM_PROCESS: 'process', BOTH: 'process' };
  return spawnSync(process.execPath, [program, 'shell', ...words], { env: environment, encoding: 'utf8' });
}

describe('gatherer shell', () => {
  it('hands arguments on as they are, and the exit code back', () => {
    const words = [
      '--',
      'sh',
      '-c',
      'printf "%s|" "$@"; exit 7',
      'sh',
      'two words',
      `"quotes" 'both'`,
      '--log',
      '',
      '$HOME',
    ];
    const { stdout, status } = shell(words, temporaryFolder());
    expect(stdout).toBe(`two words|"quotes" 'both'|--log||$HOME|`);
    expect(status).toBe(7);
  });

  it('needs no -- where no word begins with a dash', () => {
    expect(shell(['echo', 'a', 'b'], temporaryFolder()).stdout).toBe('a b\n');
  });

  it('loads the env files, below the environment of the process', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'config'));
    writeFileSync(join(folder, 'env'), 'FROM_FILE="a file"\nBOTH=file\n');
    writeFileSync(join(folder, 'config', 'env'), `LATER="\${FROM_FILE} and more"\n`);
    const { stdout } = shell(['--', 'sh', '-c', 'echo "$FROM_FILE|$LATER|$FROM_PROCESS|$BOTH"'], folder);
    expect(stdout).toBe('a file|a file and more|process|process\n');
  });

  it('says which program cannot be run', () => {
    const { stderr, status } = shell(['no-such-program'], temporaryFolder());
    expect(stderr).toContain('no-such-program cannot be run');
    expect(status).toBe(1);
  });
});
