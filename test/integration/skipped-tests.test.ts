import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';

const project = path.resolve(import.meta.dirname, '../..');

/** Runs tests that need scp where there is only Node.js. */
function runWithout(environment: Readonly<Record<string, string>>) {
  const programs = temporaryFolder();
  symlinkSync(process.execPath, path.join(programs, 'node'));
  const vitest = path.join(project, 'node_modules/vitest/vitest.mjs');
  const words = [vitest, 'run', '--project', 'integration', 'test/integration/ssh-client.test.ts'];
  return spawnSync(process.execPath, words, {
    cwd: project,
    env: { PATH: programs, HOME: programs, NO_COLOR: '1', ...environment },
    encoding: 'utf8',
  });
}

describe('tests on a machine that lacks what they need', () => {
  it('are skipped, and listed with what they lack', () => {
    const { status, stdout } = runWithout({});
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /Skipped on this machine:\n {2}needs .*\(Debian package openssh-client\).*\n.*ssh-client\.test\.ts: .*, \d+ tests/,
    );
  });

  it('fail where nothing may be skipped', () => {
    const { status, stderr } = runWithout({ CI_REQUIRE_ALL: '1' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('CI_REQUIRE_ALL forbids to skip')]);
  });
});
