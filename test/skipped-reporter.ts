import type { Reporter, TestModule, TestSuite } from 'vitest/node';
import { lackOf } from './skipped-name.js';

/** Says at the end of a run what was skipped, and what this machine lacks for it. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const byLack = new Map<string, string[]>();
    for (const { relativeModuleId, children } of modules) {
      for (const suite of children.allSuites()) {
        const skipped = lackOf(suite.name);
        if (skipped === undefined) continue;
        const line = `${relativeModuleId}: ${skipped.name}, ${countOf(suite)} tests`;
        byLack.set(skipped.lack, [...(byLack.get(skipped.lack) ?? []), line]);
      }
    }
    if (byLack.size === 0) return;
    const parts = [...byLack].map(
      ([lack, lines]) => `  needs ${lack}\n${lines.map((line) => `    ${line}\n`).join('')}`,
    );
    process.stdout.write(`\nSkipped on this machine:\n${parts.join('')}`);
  }
}

function countOf(suite: TestSuite): number {
  return [...suite.children.allTests()].length;
}
