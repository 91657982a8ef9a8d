import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCases } from './golden/case.js';
import { runCase } from './golden/runner.js';
import { describeWith, type Requirement, requirements } from './requirements.js';

const root = path.join(import.meta.dirname, 'golden');

/** Programs that the cases of a system need, where that is not git. */
const systemNeeds: Readonly<Record<string, readonly Requirement[]>> = {
  ldap: [requirements.slapd],
  subversion: [requirements.svn, requirements.svnserve],
};

const cases = findCases(root);
const systems = [...new Set(cases.map((golden) => path.dirname(golden.label)))];

describe('the command', { concurrent: true }, () => {
  for (const system of systems) {
    describeWith(systemNeeds[system] ?? [requirements.git], `golden cases of ${system}`, () => {
      it.each(cases.filter((golden) => path.dirname(golden.label) === system))(
        '$label: $description',
        async (golden) => {
          const { steps, comparisons } = await runCase(golden);
          for (const { run, step, status, expectedStatus, log } of steps) {
            expect(status, `run ${run}, ${step}:\n${log.slice(-3000)}`).toBe(expectedStatus);
          }
          for (const { run, file, expected, actual } of comparisons) {
            expect(actual, `run ${run}, ${file}`).toEqual(expected);
          }
          expect(comparisons.length).toBeGreaterThan(0);
        },
      );
    });
  }
});
