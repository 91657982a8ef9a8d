import { writeFileSync } from 'node:fs';
import path from 'node:path';

const history = [
  'commit refs/heads/main',
  'committer Margriet Visser <margriet@example.org> 1700000000 +0000',
  'data 5',
  'Start',
  'M 100644 inline a.txt',
  'data 2',
  'a',
  '',
  '',
].join('\n');

/** Writes the history of a repository with one commit beside a dataset; the name of the file, for the dataset. */
export function writeSmallHistory(folder: string): string {
  const name = 'small.fast-import';
  writeFileSync(path.join(folder, name), history);
  return name;
}
