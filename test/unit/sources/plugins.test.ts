import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPlugins } from '../../../src/sources/find-plugins.js';
import { sourceProblem } from '../../../src/sources/plugin-schema.js';
import { temporaryFolder } from '../../temporary-folder.js';

function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), contents);
  }
  return folder;
}

const manifest = (fields: object) => JSON.stringify({ keywords: ['gatherer-source'], ...fields });

describe('findPlugins', () => {
  it('finds folders of plugins/, whatever is in them', async () => {
    const home = write(temporaryFolder(), {
      'plugins/a/index.js': '',
      'plugins/b/package.json': '{"name":"named","main":"lib/b.js"}',
      'plugins/c/package.json': 'broken',
      'plugins/README.md': 'no folder',
      'plugins/.hidden/index.js': '',
    });
    expect((await findPlugins(home)).map(({ name, entry }) => [name, entry])).toEqual([
      ['a', 'index.js'],
      ['named', 'lib/b.js'],
      ['c', 'index.js'],
    ]);
  });

  it('finds packages with the keyword, also scoped ones and links', async () => {
    const home = write(temporaryFolder(), {
      'node_modules/one/package.json': manifest({ name: 'one', exports: './one.js' }),
      'node_modules/other/package.json': '{"name":"other","keywords":["gatherer"]}',
      'node_modules/@team/two/package.json': manifest({ name: '@team/two', exports: { '.': { import: './two.js' } } }),
      'plugins/node_modules/three/package.json': manifest({ name: 'three', exports: { default: './three.js' } }),
      'linked/package.json': manifest({ name: 'four', main: 'four.js' }),
    });
    symlinkSync(join(home, 'linked'), join(home, 'node_modules/four'));
    expect((await findPlugins(home)).map(({ name, entry }) => [name, entry])).toEqual([
      ['four', 'four.js'],
      ['one', './one.js'],
      ['@team/two', './two.js'],
      ['three', './three.js'],
    ]);
  });

  it('finds nothing where there is nothing', async () => {
    expect(await findPlugins(temporaryFolder())).toEqual([]);
  });
});

describe('sourceProblem', () => {
  it('says which part is wrong', () => {
    expect(sourceProblem(undefined)).toContain('default export');
    expect(sourceProblem({ types: ['Upper'], tables: [], trackers: ['../x.json'], gather: 1 })).toContain('types.0');
    expect(sourceProblem({ types: ['x'], tables: [{ name: 'x' }], trackers: [], gather: () => 1 })).toContain(
      'tables.0.file',
    );
  });
});
