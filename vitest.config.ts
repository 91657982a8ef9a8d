import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/slow-first.js';

/**
 * These tests start programs and wait for them. On a machine that hardly gets to run them, a wait may end too soon: such a
 * test has a second try, which the report names.
 */
const retry = 1;

export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    // Most tests wait for programs that they start: more at once than a small machine has cores.
    maxWorkers: 6,
    reporters: ['default', './test/skipped-reporter.ts'],
    projects: [
      // They share what they import, as importing it takes longer than testing it.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false, testTimeout: 30_000 } },
      {
        test: {
          name: 'golden',
          include: ['test/golden.test.ts'],
          testTimeout: 300_000,
          maxConcurrency: 8,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          isolate: false,
          retry,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          retry,
          testTimeout: 900_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
