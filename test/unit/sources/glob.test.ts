import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandPattern } from '../../../src/sources/glob.js';
import { temporaryFolder } from '../../temporary-folder.js';

function folderOf(files: readonly string[]): string {
  const folder = temporaryFolder();
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), '');
  }
  return folder;
}

describe('a pattern of file names', () => {
  const files = [
    'Seats.xls',
    'b/Seats 2.xlsx',
    'b/Seats 10.xlsx',
    'b/seats.xlsx',
    'b/c/Seats.xls',
    'a[1].xls',
    'x+y.xls',
  ];

  it.each([
    ['Seats.xls', ['Seats.xls']],
    ['./b/Seats ?.xlsx', ['b/Seats 2.xlsx']],
    ['b/S*.xlsx', ['b/Seats 10.xlsx', 'b/Seats 2.xlsx']],
    ['b/[!S]*.xlsx', ['b/seats.xlsx']],
    ['**/Seats.xls', ['Seats.xls', 'b/c/Seats.xls']],
    ['*/Seats [1-2].xlsx', ['b/Seats 2.xlsx']],
    ['a[[]1].xls', ['a[1].xls']],
    ['x+*.xls', ['x+y.xls']],
    ['[z-a].xls', []],
    ['none*', []],
  ])('%s stands for %j', async (pattern, found) => {
    expect(await expandPattern(folderOf(files), pattern)).toEqual(found);
  });

  it.each(['/etc/*', '../*', 'b/../../x', ''])('is not taken where it leads out of the folder: %j', async (pattern) => {
    await expect(expandPattern(folderOf([]), pattern)).rejects.toThrow('expected a name or pattern relative to it');
  });

  it('follows no circle of links', async () => {
    const folder = folderOf(['b/Seats.xls']);
    symlinkSync('..', path.join(folder, 'b', 'up'));
    expect(await expandPattern(folder, '**/Seats.xls')).toEqual(['b/Seats.xls']);
  });
});
