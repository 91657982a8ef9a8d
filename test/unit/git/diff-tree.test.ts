import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiffTree, type PathDiff } from '../../../src/git/diff-tree.js';
import { ProcessGroup } from '../../../src/git/process-group.js';
import type { GitProcess } from '../../../src/git/run.js';

const signal = new AbortController().signal;

/** Stands in for git: answers what it is given, cut into pieces of these lengths. */
class CannedGit extends ProcessGroup {
  constructor(
    private readonly answer: Buffer,
    private readonly lengths: readonly number[],
  ) {
    super({ environment: {}, signal });
  }

  override start(): GitProcess {
    const stdout = new PassThrough();
    const done = new Promise<void>((resolve) => stdout.once('close', () => resolve()));
    let position = 0;
    const print = (turn: number) => {
      if (position >= this.answer.length) return stdout.end();
      const length = this.lengths[turn % this.lengths.length] ?? 1;
      stdout.write(this.answer.subarray(position, position + length));
      position += length;
      return setImmediate(print, turn + 1);
    };
    print(0);
    const failure = (reason: string) => {
      throw new Error(reason);
    };
    return { stdin: new PassThrough().resume(), stdout, done, kill: () => undefined, failure };
  }
}

/** A path of any bytes but NUL and not empty: what git allows, and what looks like the rest of the format. */
const path = fc.oneof(
  fc
    .uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 12 })
    .map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('!', '!\n', ':100644', '1\t2\tx', '-\t-\t', '\t', 'a'.repeat(40), '\n', ' => '),
);
const oid = fc.stringMatching(/^[0-9a-f]{40}$/);
const common = { oldBlob: oid, newBlob: oid, path, submodule: fc.boolean() };
const lines = fc.record({ insertions: fc.nat(), deletions: fc.nat() });
const uncounted: fc.Arbitrary<PathDiff> = fc.oneof(
  fc.record({ status: fc.constantFrom('M', 'A', 'D', 'T'), ...common }),
  fc.record({ status: fc.constant('R'), oldPath: path, ...common }),
);
const pathDiff = fc.oneof(
  uncounted,
  fc.tuple(uncounted, lines).map(([diff, counts]): PathDiff => ({ ...diff, lines: counts })),
);

function raw({ status, submodule, oldBlob, newBlob, path: newPath, oldPath }: PathDiff): string {
  const names = oldPath === undefined ? `${newPath}\0` : `${oldPath}\0${newPath}\0`;
  const mode = submodule ? '160000' : '100644';
  return `:100644 ${mode} ${oldBlob} ${newBlob} ${status}${status === 'R' ? '087' : ''}\0${names}`;
}

function numstat({ lines: counts, path: newPath, oldPath }: PathDiff): string {
  if (counts === undefined) return '';
  const names = oldPath === undefined ? `${newPath}\0` : `\0${oldPath}\0${newPath}\0`;
  return `${counts.insertions}\t${counts.deletions}\t${names}`;
}

describe('the diffs of diff-tree', () => {
  it('are read whole, whatever the paths are and however the bytes come in pieces', async () => {
    const record = fc.record({
      sha: oid,
      paths: fc.uniqueArray(pathDiff, { maxLength: 6, selector: (diff) => diff.path }),
    });
    const property = fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
      async (records, lengths) => {
        const answer = records.map(
          ({ sha, paths }) => `${sha}\0${paths.map(raw).join('')}${paths.map(numstat).join('')}`,
        );
        const diffs = new DiffTree(new CannedGit(Buffer.from(`${answer.join('')}!\n`, 'latin1'), lengths), 'counted');
        for (const { sha, paths } of records) {
          expect(await diffs.next({ commit: sha, parent: undefined })).toEqual(paths);
        }
        await diffs.endBatch();
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });

  it('count nothing for binary files', async () => {
    const sha = '1'.repeat(40);
    const answer = `${sha}\0:000000 100644 ${sha} ${sha} A\0x.bin\0-\t-\tx.bin\0!\n`;
    const diffs = new DiffTree(new CannedGit(Buffer.from(answer), [1000]), 'counted');
    const [binary] = await diffs.next({ commit: sha, parent: undefined });
    expect(binary?.lines).toEqual({ insertions: 0, deletions: 0 });
  });

  it('leave out what is not wanted', async () => {
    const sha = '1'.repeat(40);
    const answer = `${sha}\0:100644 100644 ${sha} ${sha} M\0a\0:100644 100644 ${sha} ${sha} M\0b\0!\n`;
    const diffs = new DiffTree(new CannedGit(Buffer.from(answer), [7]), 'listed');
    const kept = await diffs.next({ commit: sha, parent: undefined }, (_, name) => name === 'b');
    expect(kept.map(({ path: name }) => name)).toEqual(['b']);
  });

  it.each([
    ['another commit', `${'2'.repeat(40)}\0!\n`],
    ['no commit', '!\n'],
  ])('fail where git answers with %s', async (_, answer) => {
    const diffs = new DiffTree(new CannedGit(Buffer.from(answer), [5]), 'counted');
    await expect(diffs.next({ commit: '1'.repeat(40), parent: undefined })).rejects.toThrow(/cannot be compared/);
  });
});
