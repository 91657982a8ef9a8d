import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** An empty folder that is deleted after the test that asks for it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatherer-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The same for all tests of a file or a `describe`, in whose body it is asked for. */
export function temporarySuiteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatherer-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
