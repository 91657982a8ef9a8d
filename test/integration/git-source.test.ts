import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runGit } from '../../src/git/run.js';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';

const june = (day: number): number => Date.UTC(2025, 5, day) / 1000;
const golden = path.join(import.meta.dirname, '../golden/git');

function world(): GitWorld {
  const made = new GitWorld();
  made.sources({ app: made.upstream('app.git').url });
  return made;
}

const host = '[localhost]\n';

function sourceAtHost(test: GitWorld): void {
  test.sources({ app: `file://localhost${test.upstream('app.git').folder}` });
}

describeWith([requirements.git], 'a git repository', () => {
  it('gives what is new in each run, and nothing where nothing is', async () => {
    const test = world();
    const app = test.upstream('app.git');
    app.commit('One');
    const second = app.commit('Two');
    expect(await test.gather()).toMatchObject({ gathered: ['app'], failed: [] });
    expect(test.messages()).toEqual(['One', 'Two']);
    expect(test.latest()).toEqual({ app: second });
    const third = app.commit('Three');
    await test.gather();
    expect(test.messages()).toEqual(['Three']);
    await test.gather();
    expect(test.messages()).toEqual([]);
    expect(test.latest()).toEqual({ app: third });
  });

  it('gives its first commits when an empty one has some', async () => {
    const test = world();
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    expect(test.latest()).toEqual({});
    test.upstream('app.git').commit('First');
    await test.gather();
    expect(test.messages()).toEqual(['First']);
  });

  it('gives moved tags, and no longer those that are gone', async () => {
    const test = world();
    const app = test.upstream('app.git');
    const one = app.commit('One');
    app.git('tag', 'moving', one);
    app.git('tag', 'gone/deep', one);
    await test.gather();
    const two = app.commit('Two');
    app.git('tag', '-f', 'moving', two);
    app.git('tag', '-d', 'gone/deep');
    app.git('tag', 'gone', two);
    await test.gather();
    expect(test.rows('tag').map((row) => [row['tag_name'], row['version_id']])).toEqual([
      ['gone', two],
      ['moving', two],
    ]);
  });

  it('skips tags that lead to no commit, and says so', async () => {
    const test = world();
    const app = test.upstream('app.git');
    const one = app.commit('One');
    app.git('tag', 'blob', `${one}:One.txt`);
    app.git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'tag', '-a', '-m', 'x', 'tree', `${one}^{tree}`);
    app.git('tag', 'commit', one);
    await test.gather();
    expect(test.rows('tag').map((row) => row['tag_name'])).toEqual(['commit']);
    expect(test.logged).toContain('Tag blob leads to no commit');
    expect(test.logged).toContain('Tag tree leads to no commit');
  });

  it('follows a change of the default branch to one that goes on', async () => {
    const test = world();
    const app = test.upstream('app.git');
    app.commit('One');
    await test.gather();
    const two = app.commit('Two', { branch: 'main', from: 'refs/heads/master' });
    app.git('symbolic-ref', 'HEAD', 'refs/heads/main');
    await test.gather();
    expect(test.messages()).toEqual(['Two']);
    expect(test.latest()).toEqual({ app: two });
  });

  it('follows a change of the default branch to one that lies beside, while the other still is there', async () => {
    const test = world();
    const app = test.upstream('app.git');
    const base = app.commit('Base');
    app.commit('Exported');
    await test.gather();
    app.commit('Beside', { branch: 'main', from: base });
    app.git('symbolic-ref', 'HEAD', 'refs/heads/main');
    expect(await test.gather()).toMatchObject({ failed: [] });
    expect(test.messages()).toEqual(['Beside']);
  });

  it('is read where its HEAD names a commit', async () => {
    const test = world();
    const app = test.upstream('app.git');
    const one = app.commit('One');
    app.git('update-ref', '--no-deref', 'HEAD', one);
    await test.gather();
    const two = app.commit('Two');
    app.git('update-ref', '--no-deref', 'HEAD', two);
    await test.gather();
    expect(test.messages()).toEqual(['Two']);
  });

  it('is left as it is with --no-pull, and cloned where it is not there', async () => {
    const test = world();
    const app = test.upstream('app.git');
    const one = app.commit('One');
    app.git('tag', 'v1', one);
    await test.gather({ pull: false });
    app.commit('Two');
    await test.gather({ pull: false });
    expect(test.messages()).toEqual([]);
    expect(test.rows('tag')).toHaveLength(1);
    expect(test.latest()).toEqual({ app: one });
  });

  it('does not share its clone with another whose URL ends alike', async () => {
    const test = new GitWorld();
    const [x, y] = [test.upstream('x/app.git'), test.upstream('y/app.git')];
    x.commit('Of x');
    y.commit('Of y');
    test.sources({ x: x.url, y: y.url });
    await test.gather();
    expect(test.rows('vcs_versions').map((row) => [row['repo_name'], row['message']])).toEqual(
      expect.arrayContaining([
        ['x', 'Of x'],
        ['y', 'Of y'],
      ]),
    );
    expect(test.clones()).toHaveLength(2);
  });

  it('takes turns at its clone where two sources have its URL', async () => {
    const test = new GitWorld();
    const app = test.upstream('app.git');
    app.commit('One');
    test.sources({ first: app.url, second: app.url });
    expect((await test.gather({ jobs: 2 })).failed).toEqual([]);
    expect(test.rows('vcs_versions')).toHaveLength(2);
  });
});

describeWith([requirements.git], 'a first scrape with --since', () => {
  it('leaves out what was committed before, however it was authored, and goes on from there', async () => {
    const test = world();
    const app = test.upstream('app.git');
    app.commit('Old', { committed: june(1) });
    app.commit('At the date', { committed: june(3) });
    app.commit('Before it, by a wrong clock', { committed: june(2) });
    const last = app.commit('Authored long ago', { authored: june(1), committed: june(4) });
    await test.gather({ since: '2025-06-03' });
    expect(test.messages()).toEqual(['At the date', 'Authored long ago']);
    expect(test.latest()).toEqual({ app: last });
    app.commit('New, by a wrong clock', { committed: june(1) });
    await test.gather({ since: '2025-06-03' });
    expect(test.messages()).toEqual(['New, by a wrong clock']);
  });

  it('reads as little with skip_stats, takes the date from SCRAPE_SINCE, and begins there with --force too', async () => {
    const test = new GitWorld();
    sourceAtHost(test);
    test.credentials(`${host}skip_stats = yes\n`);
    const app = test.upstream('app.git');
    app.commit('Old', { committed: june(1) });
    app.commit('New', { committed: june(4) });
    test.setLatest({ app: '0'.repeat(40) });
    await test.gather({ force: true }, { SCRAPE_SINCE: '2025-06-03 12:00:00' });
    expect(test.messages()).toEqual(['New']);
    test.setLatest({});
    await test.gather({ since: '2025-06-01' }, { SCRAPE_SINCE: '2025-06-03' });
    expect(test.messages()).toEqual(['Old', 'New']);
  });

  it('refuses what is no date', async () => {
    const test = world();
    await expect(test.gather({ since: 'yesterday' })).rejects.toThrow('--since: "yesterday" is no date');
    await expect(test.gather({}, { SCRAPE_SINCE: '2025-13-01' })).rejects.toThrow('SCRAPE_SINCE: "2025-13-01"');
  });
});

describeWith([requirements.git], 'a repository that fails', () => {
  it.each([1, 4])('stops no other, and keeps its tracker (--jobs %i)', async (jobs) => {
    const test = new GitWorld();
    const app = test.upstream('app.git');
    app.commit('One');
    test.sources({ gone: 'file:///nowhere/gone.git', app: app.url, bad: 'ssh://-oProxyCommand=id/x' });
    test.setLatest({ gone: 'a'.repeat(40) });
    const outcome = await test.gather({ jobs });
    expect(outcome.gathered).toEqual(['app']);
    expect([...outcome.failed].sort()).toEqual(['bad', 'gone']);
    expect(test.latest()).toMatchObject({ gone: 'a'.repeat(40) });
    expect(test.messages()).toEqual(['One']);
    expect(test.logged).toMatch(/gone failed.*does not exist|gone failed.*not appear to be a git repository/);
  });

  it('has a rewritten history: reported without --force, gathered from the beginning with it', async () => {
    const test = world();
    const app = test.upstream('app.git');
    const base = app.commit('Base');
    const old = app.commit('Old');
    await test.gather();
    app.git('update-ref', 'refs/heads/master', base);
    const rewritten = app.commit('New');
    expect(await test.gather()).toMatchObject({ gathered: [], failed: ['app'] });
    expect(test.logged).toMatch(/app failed.*rewritten.*--force/);
    expect(test.latest()).toEqual({ app: old });
    expect(test.messages()).toEqual([]);
    expect(await test.gather({ force: true })).toMatchObject({ failed: [] });
    expect(test.messages()).toEqual(['Base', 'New']);
    expect(test.latest()).toEqual({ app: rewritten });
  });

  it('has a tracker that the clone does not know', async () => {
    const test = world();
    test.upstream('app.git').commit('One');
    test.setLatest({ app: 'b'.repeat(40) });
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    expect(test.latest()).toEqual({ app: 'b'.repeat(40) });
    test.setLatest({ app: '--all' });
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    await test.gather({ force: true });
    expect(test.messages()).toEqual(['One']);
  });

  it('has a damaged clone: an error without --force, cloned again in the same run with it', async () => {
    const test = world();
    const app = test.upstream('app.git');
    app.commit('One');
    await test.gather();
    writeFileSync(path.join(test.clone(), 'config'), '[core\n');
    app.commit('Two');
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    expect(test.messages()).toEqual([]);
    expect(await test.gather({ force: true })).toMatchObject({ failed: [] });
    expect(test.messages()).toEqual(['Two']);
  });

  it('has a clone whose damage shows only while it is read: no row of it counts', async () => {
    const test = world();
    const app = test.upstream('app.git');
    for (let number = 1; number <= 5; number += 1) app.commit(`Number ${number}`);
    await test.gather();
    test.setLatest({});
    damageBlob(test, 'Number-4.txt');
    expect(await test.gather({ pull: false })).toMatchObject({ failed: ['app'] });
    expect(test.messages()).toEqual([]);
    expect(test.latest()).toEqual({});
    expect(await test.gather({ force: true })).toMatchObject({ failed: [] });
    expect(test.messages()).toHaveLength(5);
  });

  it('was killed while it was cloned or fetched: the next run mends it', async () => {
    const test = world();
    const app = test.upstream('app.git');
    app.commit('One');
    await test.gather();
    const clone = test.clone();
    mkdirSync(`${clone}.0a1b2c3d.unfinished`);
    rmSync(path.join(clone, 'HEAD'));
    app.commit('Two');
    await test.gather();
    expect(test.messages()).toEqual(['Two']);
    expect(test.clones()).toHaveLength(1);
    writeFileSync(path.join(clone, 'refs/heads/master.lock'), '');
    writeFileSync(path.join(clone, 'HEAD.lock'), '');
    app.commit('Three');
    expect(await test.gather()).toMatchObject({ failed: [] });
    expect(test.messages()).toEqual(['Three']);
  });

  it('has the name of another: the first is gathered, the second is an error', async () => {
    const test = new GitWorld();
    const [x, y] = [test.upstream('x/app.git'), test.upstream('y/app.git')];
    x.commit('Of x');
    y.commit('Of y');
    const entry = { type: 'git', name: 'app' };
    const entries = [
      { ...entry, url: x.url },
      { ...entry, url: x.url },
      { ...entry, url: y.url },
    ];
    writeFileSync(path.join(test.exported, 'data_sources.json'), JSON.stringify(entries));
    expect(await test.gather()).toMatchObject({ gathered: ['app'], failed: ['app'] });
    expect(test.messages()).toEqual(['Of x']);
  });

  it('is warned of where its URL has a password, which the controller would see', async () => {
    const test = new GitWorld();
    test.sources({ app: 'http://user:hunter2@127.0.0.1:9/app.git' });
    await test.gather({}, { GATHERER_URL_BLACKLIST: 'http://127.0.0.1:9/*' });
    expect(test.logged).toMatch(/app: its URL in data_sources.json has a password, .*credentials.cfg/);
    expect(test.logged).not.toContain('hunter2');
  });

  it('is not connected to where its URL is denied', async () => {
    const test = new GitWorld();
    test.sources({ app: 'http://127.0.0.1:9/app.git' });
    const outcome = await test.gather({}, { GATHERER_URL_BLACKLIST: 'http://127.0.0.1:9/*' });
    expect(outcome).toMatchObject({ gathered: [], failed: [] });
    expect(test.logged).toContain('GATHERER_URL_BLACKLIST');
  });

  it('speaks a protocol that runs commands, and is refused', async () => {
    const test = new GitWorld();
    const proof = path.join(test.home, 'proof');
    test.sources({ app: `ext::touch ${proof}`, other: `ext://sh -c 'touch ${proof}'` });
    expect([...(await test.gather()).failed].sort()).toEqual(['app', 'other']);
    expect(readdirSync(test.home)).not.toContain('proof');
  });

  it('is left where a signal ends the run, with the files as they were', async () => {
    const test = world();
    test.upstream('app.git').commit('One');
    await test.gather();
    const before = readFileSync(path.join(test.exported, 'data_vcs_versions.json'), 'utf8');
    test.upstream('app.git').commit('Two');
    await expect(test.gather({}, {}, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(readFileSync(path.join(test.exported, 'data_vcs_versions.json'), 'utf8')).toBe(before);
  });
});

describeWith([requirements.git], 'the options of a host', () => {
  it('from_date leaves out what was authored before, whenever it was committed', async () => {
    const test = new GitWorld();
    sourceAtHost(test);
    test.credentials(`${host}from_date = 2025-06-03\n`);
    const app = test.upstream('app.git');
    app.commit('Authored before', { authored: june(3) - 1, committed: june(5) });
    app.commit('Authored then', { authored: june(3), committed: june(5) });
    await test.gather();
    expect(test.messages()).toEqual(['Authored then']);
    app.commit('Later, authored before', { authored: june(1), committed: june(6) });
    const last = app.commit('Later', { authored: june(6), committed: june(6) });
    await test.gather();
    expect(test.messages()).toEqual(['Later']);
    expect(test.latest()).toEqual({ app: last });
  });

  it('tag gives the commits up to it, and the rest once it moves on or goes', async () => {
    const test = new GitWorld();
    sourceAtHost(test);
    const app = test.upstream('app.git');
    const one = app.commit('One');
    app.git('tag', 'v1', one);
    const two = app.commit('Two');
    app.git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'tag', '-a', '-m', 'x', 'v2', two);
    app.commit('Three');
    test.credentials(`${host}tag = v1\nfrom_date = 2030-01-01\n`);
    await test.gather();
    expect(test.messages()).toEqual(['One']);
    expect(test.latest()).toEqual({ app: one });
    await test.gather();
    expect(test.messages()).toEqual([]);
    test.credentials(`${host}tag = v2\n`);
    await test.gather();
    expect(test.messages()).toEqual(['Two']);
    expect(test.latest()).toEqual({ app: two });
    test.credentials(`${host}tag = v1\n`);
    await test.gather();
    expect(test.messages()).toEqual([]);
    expect(test.latest()).toEqual({ app: two });
    test.credentials('');
    await test.gather();
    expect(test.messages()).toEqual(['Three']);
  });

  it('a tag that is not there is an error of the repository', async () => {
    const test = new GitWorld();
    sourceAtHost(test);
    test.upstream('app.git').commit('One');
    test.credentials(`${host}tag = v9.9\n`);
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    expect(test.latest()).toEqual({});
    expect(test.logged).toContain('no tag v9.9');
  });

  it('skip_stats leaves out statistics, branch and changed paths', async () => {
    const test = new GitWorld();
    sourceAtHost(test);
    test.upstream('app.git').commit('One');
    test.credentials(`${host}skip_stats = yes\n`);
    await test.gather();
    expect(test.rows('change_path')).toEqual([]);
    expect(Object.keys(test.rows('vcs_versions')[0] ?? {})).not.toContain('branch');
  });
});

describeWith([requirements.git], 'what differs from the golden files of a case', () => {
  async function gatherCase(name: string): Promise<GitWorld> {
    const test = world();
    test.upstream('app.git').import(readFileSync(path.join(golden, name, 'runs/1/repo.fast-import')));
    await test.gather();
    return test;
  }

  function plumbing(test: GitWorld, ...words: readonly string[]): readonly string[] {
    return test
      .upstream('app.git')
      .git('-c', 'core.quotePath=false', ...words)
      .split('\n');
  }

  /** A binary file counts as one of 0 lines. */
  const count = (text: string | undefined): string | undefined => (text === '-' ? '0' : text);

  it('skip_stats clones and fetches without contents, and without it there is a whole clone', {
    timeout: 300_000,
  }, async () => {
    const test = new GitWorld();
    sourceAtHost(test);
    const app = test.upstream('app.git');
    app.git('config', 'uploadpack.allowFilter', 'true');
    const missing = (): number => {
      const words = ['--git-dir', test.clone(), 'rev-list', '--objects', '--all', '--missing=print'];
      return execFileSync('git', words, { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.startsWith('?')).length;
    };
    app.commit('One');
    test.credentials(`${host}skip_stats = yes\n`);
    await test.gather();
    expect(missing()).toBe(1);
    app.git('tag', 'v2', app.commit('Two'));
    await test.gather();
    expect([test.messages(), test.rows('tag').length, missing()]).toEqual([['Two'], 1, 2]);
    // What is missing is not asked for in passing.
    const asks = { gitFolder: test.clone(), environment: process.env, signal: new AbortController().signal };
    await expect(runGit({ ...asks, arguments: ['cat-file', '-p', 'v2:Two.txt'] })).rejects.toThrow('not allowed');
    app.commit('Three');
    test.credentials(host);
    // Where --no-pull finds no clone that will do, one is made.
    await test.gather({ pull: false });
    expect(test.rows('change_path')).toMatchObject([{ file: 'Three.txt', size: '5' }]);
    expect(missing()).toBe(0);
    test.credentials(`${host}skip_stats = yes\n`);
    app.commit('Four');
    await test.gather();
    expect([test.messages(), missing()]).toEqual([['Four'], 0]);
  });

  it('renames give one row with the counts and the size of the new file', async () => {
    const test = await gatherCase('renames');
    const renamed = test.rows('change_path').filter((row) => row['change_type'] === 'R');
    expect(renamed.length).toBeGreaterThan(5);
    for (const { version_id: version = '', file = '', insertions, deletions, size } of renamed) {
      const parents = test.upstream('app.git').git('rev-parse', `${version}^@`).split('\n');
      const counts = parents.flatMap((parent) =>
        plumbing(test, 'diff-tree', '-r', '-M', '--numstat', '-z', parent, version).flatMap((output) =>
          [...output.matchAll(/(\d+|-)\t(\d+|-)\t\0[^\0]*\0([^\0]*)\0/g)].map(([, added, deleted, name]) => ({
            added: count(added),
            deleted: count(deleted),
            name,
          })),
        ),
      );
      expect(counts).toContainEqual({ added: insertions, deleted: deletions, name: file });
      expect(size).toBe(test.upstream('app.git').git('cat-file', '-s', `${version}:${file}`));
    }
  });

  it('every path gives its row, names and messages follow the encoding header, a tag may lack its tagger', async () => {
    const test = await gatherCase('odd-bytes');
    const files = new Set(test.rows('change_path').map((row) => row['file']));
    for (const file of [
      'quote".txt',
      'back\\slash.txt',
      'tab\there.txt',
      '文档/說明.md',
      'caf\ufffd.txt',
      'beside.txt',
      'new\nline.txt',
    ]) {
      expect(files).toContain(file);
    }
    const developers = test.rows('vcs_versions').map((row) => row['developer']);
    expect(developers).toContain('René Brûlé');
    expect(test.messages()).toContain('ISO-8859-1: café crème');
    expect(test.messages()).toContain('Windows: “quoted” – €5');
    const tag = test.rows('tag').find((row) => row['tag_name'] === 'no-tagger');
    expect(tag).toMatchObject({ tagged_date: '0', tagger: '0', tagger_email: '0' });
    expect(tag?.['message']?.split('\n')).toHaveLength(2);
  });

  it('a rewritten history comes back in the one run with --force, with the others', async () => {
    const test = new GitWorld();
    const [app, other] = [test.upstream('app.git'), test.upstream('other.git')];
    test.sources({ webshop: app.url, other: other.url });
    const input = (run: number, name: string): Buffer =>
      readFileSync(path.join(golden, `forced/runs/${run}/${name}.fast-import`));
    app.import(input(1, 'repo'));
    other.import(input(1, 'other'));
    await test.gather();
    app.import(input(2, 'repo'));
    expect(await test.gather()).toMatchObject({ gathered: ['other'], failed: ['webshop'] });
    other.import(input(3, 'other'));
    expect((await test.gather({ force: true })).failed).toEqual([]);
    const commits = app.git('rev-list', 'HEAD').split('\n');
    const exported = test.rows('vcs_versions').filter((row) => row['repo_name'] === 'webshop');
    expect(exported.map((row) => row['version_id']).sort()).toEqual([...commits].sort());
    expect(test.rows('vcs_versions').length).toBeGreaterThan(exported.length);
    expect(test.latest()).toEqual({ webshop: app.git('rev-parse', 'HEAD'), other: other.git('rev-parse', 'HEAD') });
  });
});

/** Removes one blob from a clone, which is unpacked for it. */
function damageBlob(test: GitWorld, file: string): void {
  const clone = test.clone();
  const blob = execFileSync('git', ['-C', clone, 'rev-parse', `HEAD:${file}`], { encoding: 'utf8' }).trim();
  const packs = path.join(clone, 'objects/pack');
  for (const name of readdirSync(packs).filter((entry) => entry.endsWith('.pack'))) {
    const pack = readFileSync(path.join(packs, name));
    rmSync(path.join(packs, name), { force: true });
    rmSync(path.join(packs, name.replace(/pack$/, 'idx')), { force: true });
    execFileSync('git', ['-C', clone, 'unpack-objects', '-q'], { input: pack });
  }
  rmSync(path.join(clone, 'objects', blob.slice(0, 2), blob.slice(2)));
}
