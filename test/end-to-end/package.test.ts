import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { GrowingRepository } from './support/repository.js';

const root = join(import.meta.dirname, '../..');

/** What others get who install the package, with the libraries of this checkout. */
function unpackPackage(folder: string): string {
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

let place = '';
let folder = '';
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'gatherer-package-'));
  folder = unpackPackage(place);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

it('runs the demo and can be imported where the package is installed', () => {
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

it('runs the example of the library, with the types of the package', () => {
  const example = join(temporaryFolder(), 'example');
  cpSync(join(root, 'examples/library'), example, { recursive: true });
  mkdirSync(join(example, 'node_modules/@types'), { recursive: true });
  symlinkSync(folder, join(example, 'node_modules/data-gathering'));
  symlinkSync(join(root, 'node_modules/@types/node'), join(example, 'node_modules/@types/node'));
  const run = (words: readonly string[]) => spawnSync(process.execPath, [...words], { cwd: example, encoding: 'utf8' });
  const compiled = run([join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  expect(compiled, compiled.stdout).toMatchObject({ status: 0 });

  const repository = new GrowingRepository(join(example, 'shop.git'));
  repository.grow(3);
  const counted = run(['commits-per-month.js', repository.url]);
  expect(counted, counted.stderr).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^(\d{4}-\d{2} [0-9a-f]{8} \d+\n)+$/),
  });
});

/** Writes down what a module asks of files and of the environment while it is imported, those of the library alone. */
const watch = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const asked = [];
const ours = () => new Error().stack.split('\\n').some((line) => line.includes('/package/dist/'));
const watched = (name, call) => function (...words) {
  if (ours()) asked.push(name + ' ' + words[0]);
  return call.apply(this, words);
};
for (const place of [fs, fs.promises]) {
  for (const name of ['readFileSync', 'readFile', 'open', 'openSync', 'existsSync', 'statSync', 'stat', 'access', 'readdir', 'readdirSync']) {
    if (typeof place[name] === 'function') place[name] = watched(name, place[name]);
  }
}
syncBuiltinESMExports();
process.env = new Proxy(process.env, { get: (target, name) => {
  if (ours()) asked.push('env ' + String(name));
  return target[name];
} });
for (const module of process.argv.slice(1)) await import(module);
console.log(JSON.stringify(asked));
`;

it('reads no file and nothing of the environment when it is imported', () => {
  const modules = ['index', 'source'].map((name) => join(folder, `dist/src/${name}.js`));
  const look = (names: readonly string[]): unknown =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '--eval', watch, '--', ...names], { encoding: 'utf8' }),
    );
  expect(look(modules)).toEqual([]);
  // What is imported for its effect is seen.
  writeFileSync(
    join(folder, 'dist/reads.js'),
    "import { readFileSync } from 'node:fs';\nreadFileSync(import.meta.filename);\nprocess.env.HOME;\n",
  );
  const reads = join(folder, 'dist/reads.js');
  expect(look([reads])).toEqual(expect.arrayContaining([`readFileSync ${reads}`, 'env HOME']));
});
