import { describe } from 'vitest';
import type { Requirement } from './programs.js';
import { skippedName } from './skipped-name.js';

export { type Requirement, requirements } from './programs.js';

/**
 * A `describe` that is skipped, saying why, where the machine lacks something.
 * @throws Error instead where CI_REQUIRE_ALL is 1
 */
export function describeWith(needed: readonly Requirement[], name: string, body: () => void): void {
  const lacking = needed.filter((requirement) => requirement.find() === undefined);
  if (lacking.length === 0) {
    describe(name, body);
    return;
  }
  const reason = lacking.map(({ name: missing, install }) => `${missing} (Debian package ${install})`).join(', ');
  if (process.env['CI_REQUIRE_ALL'] === '1') {
    throw new Error(`${name}: this machine lacks ${reason}, and CI_REQUIRE_ALL forbids to skip`);
  }
  describe.skip(skippedName(name, reason), body);
}
