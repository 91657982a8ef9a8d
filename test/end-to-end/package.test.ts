import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';

const root = join(import.meta.dirname, '../..');

/** What others get who install the package, with the libraries of this checkout. */
function unpackPackage(): string {
  const folder = temporaryFolder();
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [tarball] = packed.match(/data-gathering-[^"]*\.tgz/) ?? [];
  execFileSync('tar', ['xzf', join(folder, tarball ?? ''), '-C', folder]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'package');
}

it('runs the demo and can be imported where the package is installed', () => {
  const folder = unpackPackage();
  const home = join(folder, 'home');
  mkdirSync(home);
  const words = [join(folder, 'dist/scraper/gatherer.js'), 'demo'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: home, encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toContain('vcs_versions');

  const listing = `console.log(Object.keys(await import(${JSON.stringify(join(folder, 'dist/src/index.js'))})).join(' '))`;
  const names = execFileSync(process.execPath, ['--input-type=module', '--eval', listing], { encoding: 'utf8' });
  expect(names.trim().split(' ')).toEqual(expect.arrayContaining(['runOnce', 'startController', 'tables']));
});
