import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankContents, copyWithoutContents } from '../../../src/git/filter-contents.js';
import { Upstream } from '../../git-world.js';
import { describeWith, requirements } from '../../requirements.js';
import { temporaryFolder } from '../../temporary-folder.js';

async function blanked(stream: Buffer, cut: number): Promise<string> {
  const chunks = async function* () {
    for (let at = 0; at < stream.length; at += cut) yield stream.subarray(at, at + cut);
  };
  const parts: Buffer[] = [];
  for await (const part of blankContents(chunks())) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('latin1');
}

const message = 'data 5\nblob\n';
const commit = (text: string): string =>
  `commit refs/heads/main\nmark :2\ncommitter A <a@b> 1 +0000\ndata ${text.length}\n${text}M 100644 :1 data 3\n\n`;
const blob = (text: string): string => `blob\nmark :1\ndata ${text.length}\n${text}\n`;

describe('a stream without contents', () => {
  it.each([1, 2, 7, 1000])('has blank blobs, and all else as it was, in pieces of %i bytes', async (cut) => {
    const stream = `feature done\n${blob('int x;\r\n\0\xff\n')}${commit(message)}${blob('')}reset refs/heads/b\ndone\n`;
    const expected = `feature done\n${blob('000000\r\n\x000\n')}${commit(message)}${blob('')}reset refs/heads/b\ndone\n`;
    expect(await blanked(Buffer.from(stream, 'latin1'), cut)).toBe(expected);
  });

  it('keeps sizes and lines of whatever is in a blob, and nothing else of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 30 }), async (bytes, cut) => {
        const text = Buffer.from(bytes).toString('latin1');
        const stream = Buffer.from(`${blob(text)}${commit('x\n')}`, 'latin1');
        const blank = text.replace(/[^\0\r\n]/g, '0');
        expect(await blanked(stream, cut)).toBe(`${blob(blank)}${commit('x\n')}`);
      }),
    );
  });
});

describeWith([requirements.git], 'a copy without contents', () => {
  const log = (folder: string): string => {
    const words = ['log', '--all', '--topo-order', '--format=%an %ae %ad %s%d', '--numstat'];
    return execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' });
  };

  it('has the same history, sizes, branches and tags, but no content', async () => {
    const folder = temporaryFolder();
    const upstream = new Upstream(path.join(folder, 'secret.git'));
    upstream.commit('First secret');
    upstream.commit('Second secret', { committed: 1_748_764_900 });
    upstream.commit('On a branch', { branch: 'other', from: 'refs/heads/master', committed: 1_748_765_000 });
    upstream.git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'tag', '-a', '-m', 'Released', 'v1', 'master');
    const target = path.join(folder, 'filtered', 'secret.git');
    const options = { gitFolder: upstream.folder, target, environment: {}, signal: new AbortController().signal };
    await copyWithoutContents({ ...options, environment: { PATH: process.env['PATH'] } });
    expect(log(target)).toBe(log(upstream.folder));
    const show = (file: string): string =>
      execFileSync('git', ['-C', target, 'show', `master:${file}`], { encoding: 'utf8' });
    expect(show('First-secret.txt')).toBe('0'.repeat('First secret'.length));
    const objects = execFileSync('git', ['-C', target, 'cat-file', '--batch-all-objects', '--batch'], {
      encoding: 'latin1',
    });
    expect(objects).toContain('blob 12\n000000000000\n');
    expect(objects).not.toContain('blob 12\nFirst');
    expect(upstream.git('show', 'master:First-secret.txt')).toBe('First secret');
    // Once more, over the older copy.
    await copyWithoutContents({ ...options, environment: { PATH: process.env['PATH'] } });
    expect(readdirSync(path.dirname(target))).toEqual(['secret.git']);
  });

  it('leaves nothing behind of what cannot be read', async () => {
    const folder = temporaryFolder();
    const target = path.join(folder, 'filtered', 'none.git');
    const copy = copyWithoutContents({
      ...{ gitFolder: path.join(folder, 'none.git'), target },
      ...{ environment: { PATH: process.env['PATH'] }, signal: new AbortController().signal },
    });
    await expect(copy).rejects.toThrow('fast-export');
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(path.dirname(target))).toEqual([]);
  });
});
