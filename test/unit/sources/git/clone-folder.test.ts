import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloneFolder } from '../../../../src/sources/git/clone.js';

describe('cloneFolder', () => {
  it('tells two repositories apart whose URLs end alike', () => {
    const folders = ['https://a.example.org/x/app.git', 'https://a.example.org/y/app.git', 'https://b.example.org/app'];
    expect(new Set(folders.map((url) => cloneFolder('repos', 'TEST', url))).size).toBe(3);
  });

  it('keeps the name of the repository readable', () => {
    expect(cloneFolder('repos', 'TEST', 'https://a.example.org/x/app.git/')).toMatch(
      /^repos\/TEST\/app-[0-9a-f]{12}\.git$/,
    );
  });

  it('never leaves the folder of the project', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (url) => {
        const folder = cloneFolder('/repos', 'TEST', url);
        expect(path.dirname(path.resolve(folder))).toBe('/repos/TEST');
        expect(path.basename(folder)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
      }),
    );
  });
});
