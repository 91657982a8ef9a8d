import { describe, expect, it } from 'vitest';
import { ProgressReader, withoutProgress } from '../../../../src/sources/git/progress.js';

describe('ProgressReader', () => {
  it('reports the last line of progress of what has come, also where a line comes in pieces', () => {
    const reports: string[] = [];
    const reader = new ProgressReader((text) => reports.push(text));
    reader.add(Buffer.from('Cloning into bare repository...\nremote: Counting objects:  50% (1/2)\r'));
    reader.add(Buffer.from('Receiving objects:   1% (1/99)\rReceiving obj'));
    reader.add(Buffer.from('ects:  45% (45/99), 1.20 MiB | 3.00 MiB/s\rResolving deltas: 100% (4/4), done.\n'));
    expect(reports).toEqual(['Counting objects: 50%', 'Receiving objects: 1%', 'Resolving deltas: 100%, done.']);
  });
});

describe('withoutProgress', () => {
  it('leaves the messages', () => {
    const stderr = 'remote: Counting objects: 3, done.\nReceiving objects:  10% (1/9)\rfatal: early EOF\n';
    expect(withoutProgress(stderr)).toBe('fatal: early EOF');
  });
});
