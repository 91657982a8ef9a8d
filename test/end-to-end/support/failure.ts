import { expect } from 'vitest';
import { z } from 'zod';
import type { Ended } from './gatherer.js';

const lineSchema = z.object({ level: z.string(), msg: z.string() });

/** The last line of a scrape, which names the step that failed. */
const summary = /^[A-Z]+: (failed|stopped)/;

/** What the program said went wrong: its log at ERROR and worse, and its last words. */
export function errorsOf(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    if (line.startsWith('gatherer: ')) return [line.slice('gatherer: '.length)];
    if (!line.startsWith('{')) return [];
    const { level, msg } = lineSchema.parse(JSON.parse(line));
    return ['ERROR', 'CRITICAL'].includes(level) && !summary.test(msg) ? [msg] : [];
  });
}

/** Expects a certain exit code and exactly one error, in words: without a stack and without secrets. */
export function expectFailure({ code, output }: Ended, expected: 1 | 2, error: RegExp): void {
  const found = { code, errors: errorsOf(output), indiscreet: /^ +at |\\n +at |hunter2/m.test(output) };
  expect(found, output).toEqual({ code: expected, errors: [expect.stringMatching(error)], indiscreet: false });
}
