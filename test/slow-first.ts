import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Ends of the paths of those that take longest: begun last, each would go on when all others are done. */
const slow = [
  'test/golden.test.ts',
  'end-to-end/killed.test.ts',
  'end-to-end/killed-importer.test.ts',
  'end-to-end/personal-data.test.ts',
  'end-to-end/pipeline.test.ts',
  'integration/dropbox-limits.test.ts',
  'faults/connection.test.ts',
  'faults/delivery.test.ts',
  'end-to-end/agent-modes.test.ts',
  'end-to-end/demo.test.ts',
  'integration/github-faults.test.ts',
  'integration/azure-faults.test.ts',
  'integration/definitions.test.ts',
  'integration/git-history.test.ts',
  'integration/gitlab-faults.test.ts',
  'unit/tables/published-schema.test.ts',
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
