import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';
import { serveSubversion } from '../servers/svnserve.js';
import { type ExpectedChange, expectedChanges } from '../svn/oracle.js';
import { randomHistory } from '../svn/random-history.js';
import { by, layout, SubversionRepository } from '../svn/repository.js';

const golden = path.join(import.meta.dirname, '../golden/subversion');

function repositoryOf(test: GitWorld, name = 'app'): SubversionRepository {
  return new SubversionRepository(path.join(test.home, 'upstream', name));
}

/** A working directory whose source `app` is served, with options of its host. */
async function served(...options: readonly string[]): Promise<{ test: GitWorld; app: SubversionRepository }> {
  const test = new GitWorld();
  const app = repositoryOf(test);
  const host = await serveSubversion(path.dirname(app.folder));
  test.credentials([`[${host}]`, ...options, ''].join('\n'));
  test.sources({ app: `svn://${host}/app` }, 'subversion');
  return { test, app };
}

function changes(test: GitWorld): readonly ExpectedChange[] {
  return sorted(
    test.rows('change_path').map((row) => ({
      version_id: row['version_id'] ?? '',
      file: row['file'] ?? '',
      change_type: row['change_type'] ?? '',
      insertions: row['insertions'] ?? '',
      deletions: row['deletions'] ?? '',
    })),
  );
}

function sorted(rows: readonly ExpectedChange[]): readonly ExpectedChange[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const column = (test: GitWorld, field: string): readonly (string | undefined)[] =>
  test.rows('vcs_versions').map((row) => row[field]);

describeWith([requirements.svn, requirements.svnserve], 'a Subversion repository', () => {
  it.each(['layout', 'odd-revisions'])('gives the changes that svnlook sees in %s', async (name) => {
    const { test, app } = await served('svn_corrections = yes');
    app.load(readFileSync(path.join(golden, name, 'runs', '1', 'repo.svndump')));
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    expect(changes(test)).toEqual(sorted(expectedChanges(app)));
    expect(changes(test).length).toBeGreaterThan(20);
  });

  it('counts each file by itself without svn_corrections, too', async () => {
    const { test, app } = await served();
    app.load(readFileSync(path.join(golden, 'odd-revisions', 'runs', '1', 'repo.svndump')));
    await test.gather();
    const lines = expectedChanges(app);
    const asModified = (change: ExpectedChange): ExpectedChange =>
      change.insertions === '0' && change.deletions === '0' ? { ...change, change_type: 'M' } : change;
    expect(changes(test)).toEqual(sorted(lines.map(asModified)));
    const versions = new Map(test.rows('vcs_versions').map((row) => [row['version_id'], row]));
    expect(versions.get('2')).toMatchObject({ insertions: '9', deletions: '0', number_of_lines: '9', size: '27' });
    expect(versions.get('9')).toMatchObject({ developer: '0', developer_username: '0' });
    expect(versions.get('10')).toMatchObject({ developer: '0', developer_username: '0' });
  });

  it('gives the changes of any history, as svnlook sees them', { timeout: 600_000 }, async () => {
    const { test, app } = await served('svn_corrections = yes');
    let number = 0;
    await fc.assert(
      fc.asyncProperty(randomHistory, async (revisions) => {
        number += 1;
        const made = repositoryOf(test, `app${number}`);
        made.commit(...revisions);
        test.sources({ app: made.url.replace(/^file:\/\/.*\/upstream/, urlOf(test)) }, 'subversion');
        test.setLatest({});
        expect(await test.gather()).toMatchObject({ gathered: ['app'] });
        expect(changes(test)).toEqual(sorted(expectedChanges(made)));
      }),
      { numRuns: 6 },
    );
    expect(app.youngest).toBe(0);
  });

  it('has a deleted file that svn prints nothing of, with svn_corrections', async () => {
    const { test, app } = await served('svn_corrections = yes');
    const empty = { path: 'trunk/lib/empty', text: '' };
    app.commit(layout, by('anna', 2, 'Folder', { path: 'trunk/lib', action: 'add' }));
    app.commit(
      by('anna', 3, 'Add', { ...empty, action: 'add' }),
      by('anna', 4, 'Write', { ...empty, action: 'change' }),
    );
    app.commit(by('anna', 5, 'Delete', { path: 'trunk/lib', action: 'delete' }));
    await test.gather();
    expect(changes(test).map(({ version_id, change_type }) => `${version_id} ${change_type}`)).toEqual(['3 A', '5 D']);
    expect(changes(test)).toEqual(sorted(expectedChanges(app)));
  });

  it('begins with the revision that was the youngest, or after it with svn_corrections', async () => {
    const { test, app } = await served();
    app.commit(layout, by('anna', 2, 'One', { path: 'trunk/a', action: 'add', text: 'a\n' }));
    await test.gather();
    expect(test.messages()).toEqual(['Layout', 'One']);
    expect(test.latest()).toEqual({ app: 2 });
    app.commit(by('anna', 3, 'Two', { path: 'trunk/a', action: 'change', text: 'b\n' }));
    await test.gather();
    expect(test.messages()).toEqual(['One', 'Two']);
    test.credentials(
      readFileSync(path.join(test.home, 'credentials.cfg'), 'utf8').replace(']', ']\nsvn_corrections = 1'),
    );
    test.setLatest({ app: 2 });
    await test.gather();
    expect(test.messages()).toEqual(['Two']);
    await test.gather();
    expect(test.messages()).toEqual([]);
    expect(test.latest()).toEqual({ app: 3 });
  });

  it('gives "0" for an author and a date that are not there', async () => {
    const { test, app } = await served();
    const nobody = { nodes: [{ path: 'tags/v1', action: 'add', kind: 'dir' }] } as const;
    app.commit(layout, nobody, { nodes: [{ path: 'trunk/a', action: 'add', text: 'a\n' }] });
    await test.gather();
    expect(test.rows('vcs_versions').at(-1)).toMatchObject({
      developer: '0',
      commit_date: '0',
      message: '',
      sprint_id: '0',
    });
    expect(test.rows('tag')).toMatchObject([{ tag_name: 'v1', tagger: '0', tagged_date: '0', version_id: '2' }]);
  });

  it('reads names that look like options, revisions and escapes', async () => {
    const { test } = await served();
    const project = '50% é@2 #x?-r';
    const odd = repositoryOf(test, 'odd');
    odd.commit({
      ...layout,
      nodes: [
        ...['', '/trunk', '/tags', '/tags/v@1', '/tags/Index: é'].map((end) => ({
          ...{ path: `${project}${end}`, action: 'add' as const, kind: 'dir' as const },
        })),
        { path: `${project}/trunk/a@HEAD b%20`, action: 'add', text: '' },
      ],
    });
    const encoded = `${urlOf(test)}/odd/${encodeURIComponent(project)}`;
    test.sources({ whole: encoded, trunk: `${encoded}/trunk/`, local: `${odd.folder}/${project}/trunk` }, 'subversion');
    expect(await test.gather()).toMatchObject({ failed: [] });
    const files = test.rows('change_path').map((row) => `${row['repo_name']}: ${row['file']} ${row['change_type']}`);
    expect(files.toSorted()).toEqual(['local', 'trunk', 'whole'].map((name) => `${name}: a@HEAD b%20 M`));
    expect(new Set(test.rows('tag').map((row) => row['tag_name']))).toEqual(new Set(['v@1', 'Index: é']));
  });

  it('leaves out statistics with skip_stats, and older revisions with from_date', async () => {
    const { test, app } = await served('skip_stats = yes', 'from_date = 2025-01-03');
    const file = (text: string) => ({ path: 'trunk/a', action: 'change', text }) as const;
    app.commit(layout, by('anna', 2, 'One', { ...file('1\n'), action: 'add' }), by('anna', 3, 'Two', file('2\n')));
    await test.gather();
    expect(test.messages()).toEqual(['Two']);
    expect(column(test, 'size')).toEqual([undefined]);
    expect(column(test, 'branch')).toEqual([undefined]);
    expect(test.rows('change_path')).toEqual([]);
  });

  it('begins a first run at --since, of two dates at the later one, and does not look at it again', {
    timeout: 300_000,
  }, async () => {
    const { test, app } = await served('skip_stats = yes', 'from_date = 2025-01-02', 'svn_corrections = yes');
    const file = (text: string) => ({ path: 'trunk/a', action: 'change', text }) as const;
    app.commit(layout, by('anna', 2, 'One', { ...file('1\n'), action: 'add' }), by('anna', 3, 'Two', file('2\n')));
    await test.gather({ since: '2025-01-03' });
    expect(test.messages()).toEqual(['Two']);
    app.commit(by('anna', 2, 'By a wrong clock', file('3\n')));
    await test.gather({ since: '2025-01-03' });
    expect(test.messages()).toEqual(['By a wrong clock']);
    test.setLatest({});
    await test.gather({ since: '2025-01-01' });
    expect(test.messages()).toEqual(['One', 'Two', 'By a wrong clock']);
  });

  it('refuses a repository that is younger than what was exported, but for --force', async () => {
    const { test, app } = await served();
    app.commit(layout);
    test.setLatest({ app: 7 });
    expect(await test.gather()).toMatchObject({ failed: ['app'] });
    expect(test.logged).toContain('--force exports it from the beginning');
    expect(test.latest()).toEqual({ app: 7 });
    expect(await test.gather({ force: true })).toMatchObject({ gathered: ['app'] });
    expect(test.latest()).toEqual({ app: 1 });
  });

  it('is not misled by an author or contents that look like the heading of a revision', async () => {
    const { test, app } = await served('svn_corrections = yes');
    const heading = `x\n${'-'.repeat(72)}\nr3 | anna | 2025\n\nIndex: forged\n${'='.repeat(67)}\n`;
    const file = (text: string) => ({ path: 'trunk/a', action: 'change', text }) as const;
    const binary = {
      path: 'trunk/b',
      action: 'add',
      text: '1\n',
      properties: { 'svn:mime-type': 'application/x' },
    } as const;
    app.commit(
      layout,
      by('anna', 2, 'One', { ...file('1\n'), action: 'add' }, binary),
      ...[3, 4, 5, 6].map((day) => by(day === 4 ? heading : 'anna', day, 'More', file(`${heading}${day}\n`))),
    );
    expect(await test.gather()).toMatchObject({ gathered: ['app'] });
    expect(changes(test)).toEqual(sorted(expectedChanges(app)));
    expect(test.logged).toContain('Revisions are compared one by one');
  });

  it('knows the trunk by its history: after a gap, and from a branch', async () => {
    const { test, app } = await served('svn_corrections = yes');
    app.commit(
      layout,
      by('anna', 2, 'One', { path: 'trunk/a', action: 'add', text: 'a\n' }),
      by('anna', 3, 'Gone', { path: 'trunk', action: 'delete' }),
      by('anna', 4, 'Back', { path: 'trunk', action: 'add', kind: 'dir', copyFrom: { path: 'trunk', revision: 2 } }),
      by('anna', 5, 'Two', { path: 'trunk/a', action: 'change', text: 'b\n' }),
    );
    await test.gather();
    expect(test.messages()).toEqual(['Layout', 'One', 'Back', 'Two']);
  });
});

/** Of the server of a world, from its credentials. */
function urlOf(test: GitWorld): string {
  const host = /^\[(.*)\]/.exec(readFileSync(path.join(test.home, 'credentials.cfg'), 'utf8'))?.[1];
  return `svn://${host}`;
}
