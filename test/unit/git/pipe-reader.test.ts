import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PipeReader } from '../../../src/git/pipe-reader.js';
import { GitError, type GitProcess } from '../../../src/git/run.js';

function processOf(stdout: PassThrough, done: Promise<void> = new Promise(() => undefined)): GitProcess {
  return {
    stdin: new PassThrough(),
    stdout,
    done,
    kill: () => undefined,
    failure: (reason) => new GitError('git test', null, '', reason),
  };
}

/** A process that prints these chunks one by one and ends well. */
function printing(chunks: readonly Uint8Array[]): GitProcess {
  const stdout = new PassThrough();
  const ended = new Promise<void>((resolve) => stdout.once('close', () => resolve()));
  const print = (index: number) => {
    const chunk = chunks[index];
    if (chunk === undefined) stdout.end();
    else stdout.write(chunk, () => setImmediate(print, index + 1));
  };
  print(0);
  return processOf(stdout, ended);
}

describe('the output of git', () => {
  it('is whole, however it comes in pieces', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 9 }), async (chunks, length) => {
        const reader = new PipeReader(printing(chunks), 16);
        let read = '';
        for (;;) {
          const start = reader.position;
          const taken = reader.take(length);
          if (taken !== undefined) expect(reader.copy(start, reader.position)).toBe(taken);
          if (taken !== undefined) read += taken;
          else if (!(await reader.more())) break;
        }
        read += reader.text.slice(reader.position);
        expect(Buffer.from(read, 'latin1')).toEqual(Buffer.concat(chunks));
      }),
      { numRuns: 50 },
    );
  });

  it('is read ahead no further than to the limit', async () => {
    const stdout = new PassThrough({ highWaterMark: 1024 });
    const reader = new PipeReader(processOf(stdout), 4096);
    let written = 0;
    while (written < 1_000_000) {
      written += 1024;
      if (stdout.write(Buffer.alloc(1024))) continue;
      const room = await Promise.race([
        new Promise((resolve) => stdout.once('drain', () => resolve(true))),
        new Promise((resolve) => setTimeout(resolve, 50, false)),
      ]);
      if (room === false) break;
    }
    expect(written).toBeLessThan(16_384);
    await reader.more();
    expect(reader.text.length).toBeGreaterThanOrEqual(4096);
  });

  it('must not end amid an answer', async () => {
    await expect(new PipeReader(printing([])).need()).rejects.toThrow(/ended before its answer was complete/);
  });

  it('ends with the error of a git that failed', async () => {
    const failed = Promise.reject(new GitError('git test', 1, '', 'broke'));
    failed.catch(() => undefined);
    await expect(new PipeReader(processOf(new PassThrough(), failed)).more()).rejects.toThrow(/broke/);
  });
});
