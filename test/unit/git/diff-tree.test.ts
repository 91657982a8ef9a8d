import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PathDiff } from '../../../src/git/diff-record.js';
import { type Comparison, type DiffKind, DiffTree } from '../../../src/git/diff-tree.js';
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
const common = { newBlob: oid, path, submodule: fc.boolean(), lines: fc.constant(undefined) };
const lines = fc.record({ insertions: fc.nat(), deletions: fc.nat() });
const uncounted: fc.Arbitrary<PathDiff> = fc.oneof(
  fc.record({ status: fc.constantFrom('M', 'A', 'D', 'T'), renamed: fc.constant(undefined), ...common }),
  fc.record({ status: fc.constant('R'), renamed: fc.record({ path, blob: oid }), ...common }),
);
const pathDiff = fc.oneof(
  uncounted,
  fc.tuple(uncounted, lines).map(([diff, counts]): PathDiff => ({ ...diff, lines: counts })),
);

function raw({ status, submodule, newBlob, path: newPath, renamed }: PathDiff): string {
  const names = renamed === undefined ? `${newPath}\0` : `${renamed.path}\0${newPath}\0`;
  const mode = submodule ? '160000' : '100644';
  return `:100644 ${mode} ${renamed?.blob ?? '0'.repeat(40)} ${newBlob} ${status}${status === 'R' ? '087' : ''}\0${names}`;
}

function numstat({ lines: counts, path: newPath, renamed }: PathDiff): string {
  if (counts === undefined) return '';
  const names = renamed === undefined ? `${newPath}\0` : `\0${renamed.path}\0${newPath}\0`;
  return `${counts.insertions}\t${counts.deletions}\t${names}`;
}

interface Diffed {
  readonly sha: string;
  readonly paths: readonly PathDiff[];
}

function diff({ sha, paths }: Diffed): string {
  return `${sha}\0${paths.map(raw).join('')}${paths.map(numstat).join('')}`;
}

function comparison({ sha }: Pick<Diffed, 'sha'>): Comparison {
  return { commit: sha, parent: undefined };
}

function treeOf(kind: DiffKind, answer: string, length: number): DiffTree {
  const tree = new DiffTree(new CannedGit(Buffer.from(answer), [length]), kind);
  tree.ask([comparison({ sha: '1'.repeat(40) })]);
  return tree;
}

describe('the diffs of diff-tree', () => {
  it('are read whole, whatever the paths are and however the bytes come in pieces', async () => {
    const record = fc.record({
      sha: oid,
      paths: fc.uniqueArray(pathDiff, { maxLength: 6, selector: (diff) => diff.path }),
    });
    const property = fc.asyncProperty(
      fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
      fc.option(fc.nat(10), { nil: undefined }),
      async (batches, lengths, most) => {
        const answer = batches.map((batch) => `${batch.map(diff).join('')}!\n`).join('');
        const tree = new DiffTree(new CannedGit(Buffer.from(answer, 'latin1'), lengths), 'counted');
        for (const batch of batches) tree.ask(batch.map(comparison));
        for (const batch of batches) {
          const read: PathDiff[][] = [];
          while (read.length < batch.length) {
            const some = await tree.read(batch.slice(read.length).map(comparison), most);
            expect(some.slice(0, -1).flat().length).toBeLessThanOrEqual(most ?? Number.POSITIVE_INFINITY);
            read.push(...some);
          }
          expect(read).toEqual(batch.map(({ paths }) => paths));
        }
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });

  it('count nothing for binary files', async () => {
    const sha = '1'.repeat(40);
    const answer = `${sha}\0:000000 100644 ${sha} ${sha} A\0x.bin\0-\t-\tx.bin\0!\n`;
    const diffs = await treeOf('counted', answer, 1000).read([comparison({ sha })]);
    expect(diffs[0]?.[0]?.lines).toEqual({ insertions: 0, deletions: 0 });
  });

  it('leave out what is not wanted', async () => {
    const sha = '1'.repeat(40);
    const answer = `${sha}\0:100644 100644 ${sha} ${sha} M\0a\0:100644 100644 ${sha} ${sha} M\0b\0!\n`;
    const tree = treeOf('listed', answer, 7);
    const [kept] = await tree.read([comparison({ sha })], undefined, (_, name) => name === 'b');
    expect(kept?.map(({ path: name }) => name)).toEqual(['b']);
  });

  it.each([
    ['another commit', `${'2'.repeat(40)}\0!\n`],
    ['no commit', '!\n'],
  ])('fail where git answers with %s', async (_, answer) => {
    const reading = treeOf('counted', answer, 5).read([comparison({ sha: '1'.repeat(40) })]);
    await expect(reading).rejects.toThrow(/cannot be compared/);
  });
});
