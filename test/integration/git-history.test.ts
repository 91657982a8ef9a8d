import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Commit, HistoryOptions } from '../../src/git/history.js';
import { readHistory } from '../../src/git/read-history.js';
import { GitError } from '../../src/git/run.js';
import { createRepository, git, plumbingHistory } from '../git/plumbing.js';
import { fastImportStream, randomHistory } from '../git/random-history.js';
import { describeWith, requirements } from '../requirements.js';
import { silentLogger } from '../silent-logger.js';
import { temporaryFolder } from '../temporary-folder.js';

function options(gitFolder: string, changes: Partial<HistoryOptions> = {}): HistoryOptions {
  return {
    gitFolder,
    revisions: ['master'],
    tip: 'master',
    statistics: true,
    environment: process.env,
    log: silentLogger,
    signal: new AbortController().signal,
    ...changes,
  };
}

async function read(from: HistoryOptions): Promise<Commit[]> {
  const commits: Commit[] = [];
  for await (const some of readHistory(from)) commits.push(...some);
  return commits;
}

function golden(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, `../golden/git/${name}/runs/1/repo.fast-import`));
}

function repository(stream: Buffer): string {
  const gitFolder = join(temporaryFolder(), 'history.git');
  createRepository(gitFolder, stream);
  return gitFolder;
}

/** A PATH on which the named git command runs these shell lines instead; `$real "$@"` is git itself. */
function withGit(command: string, ...lines: readonly string[]): HistoryOptions['environment'] {
  const folder = temporaryFolder();
  const real = requirements.git.find();
  const script = [
    '#!/bin/sh',
    `real=${real}`,
    `case " $* " in *" ${command} "*)`,
    ...lines,
    ';; esac',
    'exec $real "$@"',
  ];
  writeFileSync(join(folder, 'git'), `${script.join('\n')}\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
}

describeWith([requirements.git], 'a git history', () => {
  it.each(['renames', 'odd-bytes', 'edge', 'paths', 'amsterdam'])('of %s is what the plumbing says', async (name) => {
    const gitFolder = repository(golden(name));
    expect(await read(options(gitFolder))).toEqual(plumbingHistory(gitFolder, ['master'], 'master'));
  });

  it('of random shape is what the plumbing says', { timeout: 300_000 }, async () => {
    const property = fc.asyncProperty(randomHistory, fc.constantFrom(1, 3), async (steps, jobs) => {
      const gitFolder = repository(fastImportStream(steps));
      expect(await read(options(gitFolder, { jobs }))).toEqual(plumbingHistory(gitFolder, ['master'], 'master'));
    });
    await fc.assert(property, { seed: 7, numRuns: 12, endOnFailure: true });
  });

  it('goes on after what was read before', async () => {
    const gitFolder = repository(golden('edge'));
    const revisions = ['master', '^master~20'];
    expect(await read(options(gitFolder, { revisions }))).toEqual(plumbingHistory(gitFolder, revisions, 'master'));
    const both = ['master~30^2...master~3'];
    expect(await read(options(gitFolder, { revisions: both, tip: 'master~3' }))).toEqual(
      plumbingHistory(gitFolder, both, 'master~3'),
    );
  });

  it('leaves commits out without a change to the branches of the others', async () => {
    const gitFolder = repository(golden('edge'));
    const committedSince = 1_737_000_000;
    const revisions = ['master', `--since-as-filter=${committedSince}`];
    const commits = await read(options(gitFolder, { committedSince }));
    expect(commits.length).toBeLessThan((await read(options(gitFolder))).length);
    expect(commits).toEqual(plumbingHistory(gitFolder, revisions, 'master'));
  });

  it('is empty where nothing is new', async () => {
    const gitFolder = repository(golden('renames'));
    expect(await read(options(gitFolder, { revisions: ['master', '^master'] }))).toEqual([]);
  });

  it('comes without diffs and branches where no statistics are wanted', async () => {
    const gitFolder = repository(golden('edge'));
    const expected = plumbingHistory(gitFolder, ['master'], 'master').map(({ branch, totals, ...commit }) => ({
      ...commit,
      changes: [],
    }));
    expect(await read(options(gitFolder, { statistics: false }))).toEqual(expected);
  });

  it('needs no blobs where no statistics are wanted', async () => {
    const origin = repository(golden('edge'));
    git(origin, ['config', 'uploadpack.allowFilter', 'true']);
    const partial = join(temporaryFolder(), 'partial.git');
    git(origin, ['clone', '--quiet', '--bare', '--filter=blob:none', `file://${origin}`, partial]);
    rmSync(origin, { recursive: true });
    expect(await read(options(partial, { statistics: false }))).toHaveLength(108);
    await expect(read(options(partial))).rejects.toThrow(GitError);
  });

  it('begins with a commit against nothing where a clone is shallow', async () => {
    const origin = repository(golden('paths'));
    const shallow = join(temporaryFolder(), 'shallow.git');
    git(origin, ['clone', '--quiet', '--bare', '--depth=3', `file://${origin}`, shallow]);
    const commits = await read(options(shallow));
    const last = (await read(options(origin))).slice(-2);
    expect(commits.slice(1)).toEqual(last);
    expect(commits[0]?.totals?.files).toBeGreaterThan(10);
    expect(commits[0]?.parents).toHaveLength(1);
  });

  it('is the same whatever the user, the newest commit and replacements say', async () => {
    const gitFolder = repository(golden('paths'));
    const expected = await read(options(gitFolder));
    const home = temporaryFolder();
    writeFileSync(
      join(home, '.gitconfig'),
      '[diff]\nrenames=false\nrenameLimit=1\nalgorithm=patience\norderFile=/x\nexternal=false\nnoprefix=true\n' +
        `[core]\nattributesFile=${join(home, 'attributes')}\nquotePath=true\nabbrev=4\n[log]\nshowSignature=true\nmailmap=true\n`,
    );
    writeFileSync(join(home, 'attributes'), '* binary\n');
    git(gitFolder, ['replace', 'master~3', 'master']);
    const environment = { ...process.env, HOME: home, GIT_DIR: '/nowhere', GIT_DIFF_OPTS: '-u0', GIT_TRACE: '1' };
    expect(await read(options(gitFolder, { environment }))).toEqual(expected);
  });
});

describeWith([requirements.git], 'a git history read by a git before 2.36', () => {
  it('is the same', async () => {
    const gitFolder = repository(golden('renames'));
    const asked = join(temporaryFolder(), 'asked');
    const refusal = `case " $* " in *" --batch-command"*) echo "$*" >> ${asked}; echo 'unknown option' >&2; exit 129;; esac`;
    const environment = withGit('cat-file', refusal);
    for (const statistics of [true, false]) {
      expect(await read(options(gitFolder, { environment, statistics }))).toEqual(
        await read(options(gitFolder, { statistics })),
      );
    }
    expect(readFileSync(asked, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});

describeWith([requirements.git], 'a git history that cannot be read', () => {
  it('names the tip that does not exist', async () => {
    const gitFolder = repository(golden('renames'));
    await expect(read(options(gitFolder, { revisions: ['nothing'], tip: 'nothing' }))).rejects.toThrow(
      /rev-list .*nothing.* exit status 128.*bad revision 'nothing'/s,
    );
  });

  it('fails on an object that is missing', async () => {
    const gitFolder = repository(golden('edge'));
    git(gitFolder, ['unpack-objects', '-q'], git(gitFolder, ['pack-objects', '--stdout', '--revs'], 'master\n'));
    const loose = join(temporaryFolder(), 'loose.git');
    git(gitFolder, ['init', '--quiet', '--bare', loose]);
    git(loose, ['unpack-objects', '-q'], git(gitFolder, ['pack-objects', '--stdout', '--revs', '-q'], 'master\n'));
    git(loose, ['update-ref', 'refs/heads/master', git(gitFolder, ['rev-parse', 'master']).toString().trim()]);
    expect(await read(options(loose))).toHaveLength(108);
    for (const name of ['master~3:src/cart.ts', 'master~5^{tree}', 'master~7']) {
      const sha = git(loose, ['rev-parse', name]).toString().trim();
      const file = join(loose, 'objects', sha.slice(0, 2), sha.slice(2));
      renameSync(file, `${file}.away`);
      await expect(read(options(loose))).rejects.toThrow(GitError);
      await expect(read(options(loose))).rejects.toThrow(new RegExp(`${sha}|bad tree|unable to read`));
      renameSync(`${file}.away`, file);
    }
  });

  it.each(['rev-list', 'cat-file', 'diff-tree'])('fails where %s is killed', async (command) => {
    const gitFolder = repository(golden('edge'));
    const environment = withGit(command, 'kill -9 $$');
    await expect(read(options(gitFolder, { environment }))).rejects.toThrow(/was killed by SIGKILL/);
  });

  it.each(['rev-list', 'diff-tree'])('fails where %s is killed in the middle of its answer', async (command) => {
    const gitFolder = repository(golden('edge'));
    const environment = withGit(command, 'head -n 40 | $real "$@" | head -c 2000; kill -9 $$');
    await expect(read(options(gitFolder, { environment }))).rejects.toThrow(/was killed by SIGKILL/);
  });

  it.each([
    ['cat-file', 'exit 0'],
    ['cat-file', 'echo garbage; exit 0'],
    ['diff-tree', 'exit 0'],
    ['diff-tree', 'head -n 40 | $real "$@" | head -c 2000; exit 0'],
  ])('fails where %s does nothing but `%s`', async (command, line) => {
    const gitFolder = repository(golden('edge'));
    const environment = withGit(command, line);
    await expect(read(options(gitFolder, { environment }))).rejects.toThrow(/before its answer was complete|cannot be/);
  });

  it('fails where there is no git', async () => {
    const gitFolder = repository(golden('renames'));
    await expect(read(options(gitFolder, { environment: { PATH: '/nowhere' } }))).rejects.toThrow(
      /could not be started/,
    );
  });

  it('stops on the signal, before and amid the reading', async () => {
    const gitFolder = repository(golden('edge'));
    await expect(read(options(gitFolder, { signal: AbortSignal.abort() }))).rejects.toThrow(/was stopped/);
    const controller = new AbortController();
    const reading = readHistory(
      options(gitFolder, { signal: controller.signal, environment: withGit('diff-tree', 'sleep 60') }),
    );
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(reading.next()).rejects.toThrow(/was stopped/);
  });

  it('leaves no process behind where its reader turns away', async () => {
    const gitFolder = repository(golden('edge'));
    const pids = join(temporaryFolder(), 'pids');
    const environment = withGit('cat-file', `echo $$ >> ${pids}`);
    for await (const commits of readHistory(options(gitFolder, { environment }))) {
      expect(commits[0]?.changes.length).toBeGreaterThan(0);
      break;
    }
    for (const pid of readFileSync(pids, 'utf8').trim().split('\n')) {
      expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/);
    }
  });
});
