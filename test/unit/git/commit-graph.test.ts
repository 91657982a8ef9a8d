import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommitGraph, type ListedCommit } from '../../../src/git/commit-graph.js';

function name(number: number): string {
  // Some names begin alike, so that they meet in the hash table.
  return `${(number % 3).toString(16).padStart(8, '0')}${number.toString(16).padStart(32, '0')}`;
}

/** A history, oldest first; numbers of parents are distances back in it. */
const history: fc.Arbitrary<ListedCommit[]> = fc
  .array(fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }), { minLength: 1, maxLength: 60 })
  .map((commits) =>
    commits.map((distances, index) => ({
      sha: name(index),
      parents: distances.filter((distance) => distance <= index).map((distance) => name(index - distance)),
    })),
  );

function ancestors(commits: readonly ListedCommit[], sha: string): Set<string> {
  const parents = new Map(commits.map((commit) => [commit.sha, commit.parents]));
  const found = new Set<string>();
  const pending = [...(parents.get(sha) ?? [])];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...(parents.get(next) ?? []));
  }
  return found;
}

function graphOf(commits: readonly ListedCommit[], tip: string): CommitGraph {
  const graph = new CommitGraph();
  for (const commit of commits) graph.add(commit);
  graph.assignMerges(tip);
  return graph;
}

describe('the graph of a history', () => {
  it('gives each commit the oldest merge of the tip that it lies below', () => {
    fc.assert(
      fc.property(history, fc.nat(), (commits, choice) => {
        const tip = name(choice % commits.length);
        const reachable = ancestors(commits, tip).add(tip);
        const merges = commits.filter(({ sha, parents }) => parents.length > 1 && reachable.has(sha));
        const graph = graphOf(commits, tip);
        for (const { sha } of commits) {
          const expected = merges.find((merge) => ancestors(commits, merge.sha).has(sha));
          expect(graph.mergeOf(sha)).toBe(expected?.sha);
        }
      }),
    );
  });

  it('gives the commits back as they came, also where a parent comes after its child', () => {
    fc.assert(
      fc.property(history, fc.integer(), (commits, seed) => {
        const shuffled = commits.toSorted(
          (a, b) => (Number.parseInt(a.sha.slice(-6), 16) * seed - Number.parseInt(b.sha.slice(-6), 16) * seed) % 7,
        );
        const graph = graphOf(shuffled, name(0));
        const batches = [...graph.batches(7)];
        expect(batches.flat()).toEqual(shuffled);
        expect(batches.slice(0, -1).every((batch) => batch.length === 7)).toBe(true);
        expect(graph.length).toBe(commits.length);
      }),
    );
  });

  it('knows nothing of commits that are not in it', () => {
    const graph = graphOf([{ sha: name(1), parents: [] }], name(2));
    expect(graph.mergeOf(name(3))).toBeUndefined();
    expect(new CommitGraph().mergeOf(name(3))).toBeUndefined();
  });

  it('holds names of SHA-256 too, and many of them', () => {
    const commits = Array.from({ length: 20_000 }, (_, index) => ({
      sha: createHash('sha256').update(String(index)).digest('hex'),
      parents: [],
    }));
    expect([...graphOf(commits, '').batches(512)].flat()).toEqual(commits);
  });
});
