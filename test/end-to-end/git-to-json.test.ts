import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';

const command = path.resolve(import.meta.dirname, '../../dist/scraper/gatherer.js');
const gone = 'file:///nowhere/gone.git';

function run(test: GitWorld, ...words: readonly string[]): { readonly status: number | null; readonly log: string } {
  const env = { PATH: process.env['PATH'], HOME: test.home, TZ: 'UTC' };
  const { status, stderr } = spawnSync('node', [command, 'git-to-json', ...words], {
    cwd: test.home,
    env,
    encoding: 'utf8',
  });
  return { status, log: stderr };
}

function world(): GitWorld {
  const test = new GitWorld();
  test.upstream('app.git').commit('One');
  return test;
}

describeWith([requirements.git], 'the exit status of git-to-json', () => {
  it('is 0 where all repositories came through, or there are none', () => {
    const test = world();
    expect(run(test, 'TEST').status).toBe(0);
    test.sources({ app: test.upstream('app.git').url });
    expect(run(test, 'TEST').status).toBe(0);
    expect(test.messages()).toEqual(['One']);
  });

  it('is 1 where all failed, and where some did with --strict', () => {
    const test = world();
    test.sources({ gone });
    expect(run(test, 'TEST').status).toBe(1);
    test.sources({ gone, app: test.upstream('app.git').url });
    const lenient = run(test, 'TEST');
    expect(lenient.status).toBe(0);
    expect(lenient.log).toContain('1 of 2 repositories failed: gone');
    expect(run(test, 'TEST', '--strict').status).toBe(1);
  });

  it.each([['OTHER'], ['test'], ['../TEST'], ['TEST', '--jobs', '0'], ['TEST', '--nonsense'], []])(
    'is 2 for the words %j',
    (...words) => {
      expect(run(world(), ...words).status).toBe(2);
    },
  );

  it.each(['data_sources.json', 'latest_vcs_versions.json', 'data_sprint.json'])(
    'is 2 where %s is malformed',
    (file) => {
      const test = world();
      test.sources({ app: test.upstream('app.git').url });
      writeFileSync(path.join(test.exported, file), '{"app": ["no"]}');
      const { status, log } = run(test, 'TEST');
      expect(status).toBe(2);
      expect(log).toContain(file);
    },
  );

  it('is 2 where TZ is no time zone', () => {
    const test = world();
    test.sources({ app: test.upstream('app.git').url });
    writeFileSync(path.join(test.home, 'env'), 'TZ=\n');
    expect(run(test, 'TEST', '--tz', 'Mars/Olympus').status).toBe(2);
  });
});
