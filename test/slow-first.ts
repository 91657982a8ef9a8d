import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Ends of the paths of those that take longest: begun last, each would go on when all others are done. */
const slow = [
  'end-to-end/killed.test.ts',
  'end-to-end/killed-importer.test.ts',
  'faults/connection.test.ts',
  'end-to-end/agent-modes.test.ts',
  'test/golden.test.ts',
  'integration/git-source.test.ts',
  'integration/git-history.test.ts',
  'integration/subversion-source.test.ts',
  'integration/store.test.ts',
  'integration/importer.test.ts',
];

/** Begins with the tests that take longest, also on a machine that has not run them yet. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = slow.findIndex((end) => moduleId.endsWith(end));
  return place < 0 ? slow.length : place;
}
