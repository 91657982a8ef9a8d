import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeWith, requirements } from '../requirements.js';

const root = `${import.meta.dirname}/../..`;
const versionSchema = z.object({ version: z.string() });

function versionIn(file: string): string {
  return versionSchema.parse(JSON.parse(readFileSync(`${root}/${file}`, 'utf8'))).version;
}

it('VERSION, package.json and package-lock.json hold the same version', () => {
  const version = readFileSync(`${root}/VERSION`, 'utf8').trim();
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(versionIn('package.json')).toBe(version);
  expect(versionIn('package-lock.json')).toBe(version);
});

describeWith([requirements.git], 'npm run version-string', () => {
  it('prints version, branch and commit', () => {
    const git = (...words: string[]) => spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout.trim();
    const { stdout } = spawnSync('npm', ['run', '-s', 'version-string'], { cwd: root, encoding: 'utf8' });
    const commit = [git('rev-parse', '--abbrev-ref', 'HEAD'), git('rev-parse', 'HEAD')].join('-');
    expect(stdout).toBe(`${versionIn('package.json')}-${commit}\n`);
  });
});
