import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A repository that tests add commits to, the same ones each time. */
export class GrowingRepository {
  private commits = 0;

  constructor(readonly folder: string) {
    if (existsSync(folder)) throw new Error(`${folder} is there already`);
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', folder]);
  }

  get url(): string {
    return `file://${this.folder}`;
  }

  /** Adds commits to the default branch, each with a changed file, and a tag to the last. */
  grow(count: number): void {
    const first = this.commits;
    this.commits += count;
    const parts = Array.from({ length: count }, (_, index) => commit(first + index, index === 0 && first > 0));
    const tag = `reset refs/tags/v${this.commits}\nfrom refs/heads/main\n\n`;
    execFileSync('git', ['-C', this.folder, 'fast-import', '--quiet'], { input: parts.join('') + tag });
  }
}

/** @param follows whether it is the first of an import that goes on with a branch */
function commit(number: number, follows: boolean): string {
  const who = `Person ${number % 7} <person${number % 7}@example.org> ${1_700_000_000 + number * 60} +0000`;
  const message = `Change ${number}`;
  const contents = `line of ${number}\n`.repeat(1 + (number % 5));
  return [
    'commit refs/heads/main',
    `author ${who}`,
    `committer ${who}`,
    `data ${message.length}`,
    message,
    ...(follows ? ['from refs/heads/main^0'] : []),
    `M 100644 inline src/${number % 50}.txt`,
    `data ${contents.length}`,
    contents,
    '',
  ].join('\n');
}
