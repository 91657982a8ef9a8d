import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clonedTip } from '../../src/sources/git/clone.js';
import { describeWith, requirements } from '../requirements.js';
import { temporaryFolder } from '../temporary-folder.js';

const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];

function git(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', [`--git-dir=${folder}`, ...identity, ...words], { encoding: 'utf8' }).trim();
}

/** A bare repository with two branches that differ, whose names end alike. */
function repository(): { readonly folder: string; readonly tip: string } {
  const folder = join(temporaryFolder(), 'clone.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  const tree = git(folder, 'mktree', '--missing');
  const commit = (message: string) => git(folder, 'commit-tree', '-m', message, tree);
  const tip = commit('the tip');
  git(folder, 'update-ref', 'refs/heads/main', tip);
  git(folder, 'update-ref', 'refs/heads/other/refs/heads/main', commit('another one'));
  return { folder, tip };
}

describeWith([requirements.git], 'the tip of a clone', () => {
  it('is read from the file of its branch', async () => {
    const { folder, tip } = repository();
    expect(await clonedTip(folder)).toBe(tip);
  });

  it('is read from the packed references, which a file of its own goes before', async () => {
    const { folder, tip } = repository();
    git(folder, 'pack-refs', '--all');
    rmSync(join(folder, 'refs/heads/main'), { force: true });
    expect(await clonedTip(folder)).toBe(tip);
    const newer = git(folder, 'commit-tree', '-m', 'newer', '-p', tip, `${tip}^{tree}`);
    git(folder, 'update-ref', 'refs/heads/main', newer);
    expect(await clonedTip(folder)).toBe(newer);
  });

  it('is left to git where the files do not tell', async () => {
    const { folder, tip } = repository();
    git(folder, 'update-ref', '--no-deref', 'HEAD', tip);
    expect(await clonedTip(folder)).toBeUndefined();
    writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
    appendFileSync(join(folder, 'packed-refs'), 'cut short refs/heads/none\n');
    expect(await clonedTip(folder)).toBeUndefined();
    writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/link\n');
    writeFileSync(join(folder, 'refs/heads/link'), 'ref: refs/heads/main\n');
    expect(await clonedTip(folder)).toBeUndefined();
    expect(await clonedTip(join(folder, 'missing'))).toBeUndefined();
  });
});
