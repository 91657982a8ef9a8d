import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporarySuiteFolder } from '../../temporary-folder.js';
import { type Agent, makeAgent } from '../support/agent.js';
import { errorsOf } from '../support/failure.js';
import { GrowingRepository } from '../support/repository.js';

const folder = temporarySuiteFolder();
const gather = ['git-to-json', 'TEST', '--strict'];
const rowsSchema = z.array(z.record(z.string(), z.string()));
let agents = 0;

function repository(name: string, commits = 3): GrowingRepository {
  const made = new GrowingRepository(join(folder, `${name}.git`));
  if (commits > 0) made.grow(commits);
  return made;
}

function agentWith(repositories: Readonly<Record<string, string>>): Promise<Agent> {
  agents += 1;
  const controller = { port: 1, certificateFile: '' };
  return makeAgent({ folder: join(folder, `agent-${agents}`), controller, project: 'TEST', repositories });
}

async function rows(agent: Agent, file = 'data_vcs_versions.json') {
  return rowsSchema.parse(JSON.parse((await agent.files())[file] ?? ''));
}

async function latest(agent: Agent): Promise<unknown> {
  return JSON.parse((await agent.files())['latest_vcs_versions.json'] ?? '');
}

function git(place: GrowingRepository, ...words: readonly string[]): string {
  return execFileSync('git', ['-C', place.folder, ...words], { encoding: 'utf8' }).trim();
}

describe.concurrent('a repository', () => {
  it('that is empty gives no rows, and no error', async () => {
    const agent = await agentWith({ empty: repository('empty', 0).url });
    const ended = await agent.run(gather);
    expect([ended.code, errorsOf(ended.output)]).toEqual([0, []]);
    expect(ended.output).toContain('empty: the repository is empty');
    expect([await rows(agent), await latest(agent)]).toEqual([[], {}]);
  });

  it.each([
    ['file', () => `file://${folder}/nowhere.git`, /gone failed, and is left as it was: .*nowhere\.git.*does not/],
    ['git', () => 'git://127.0.0.1:1/gone.git', /gone failed, and is left as it was: .*127\.0\.0\.1.*refused/is],
    [
      'https',
      () => 'https://user:hunter2@127.0.0.1:1/gone.git',
      /gone failed, and is left as it was: .*127\.0\.0\.1.* port 1/,
    ],
  ])('that cannot be reached over %s is named, and the others come through', async (kind, url, error) => {
    const there = repository(`there-${kind}`);
    const agent = await agentWith({ gone: url(), app: there.url });
    writeFileSync(join(agent.exported, 'latest_vcs_versions.json'), JSON.stringify({ gone: 'a'.repeat(40) }));
    const ended = await agent.run(gather);
    expect(ended.output).not.toContain('hunter2');
    expect([ended.code, errorsOf(ended.output)]).toEqual([
      1,
      [expect.stringMatching(error), '1 of 2 repositories failed: gone'],
    ]);
    expect(await rows(agent)).toHaveLength(3);
    expect(await latest(agent)).toEqual({ gone: 'a'.repeat(40), app: git(there, 'rev-parse', 'HEAD') });
  });

  it('whose server answers with a page is named', async () => {
    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<html>\n<body>\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const agent = await agentWith({ page: `http://127.0.0.1:${port}/page.git` });
    const ended = await agent.run(['git-to-json', 'TEST']);
    server.close();
    expect([ended.code, errorsOf(ended.output)]).toEqual([
      1,
      [expect.stringMatching(/page failed.*http:\/\/127\.0\.0\.1.*not/s), '1 of 1 repositories failed: page'],
    ]);
  });

  it('that is corrupt upstream is named, and keeps its tracker; mended, it gives all', async () => {
    const broken = repository('broken', 1);
    const agent = await agentWith({ broken: broken.url });
    expect(await agent.run(gather)).toMatchObject({ code: 0 });
    const before = await latest(agent);
    broken.grow(2);
    const [pack = ''] = readdirSync(join(broken.folder, 'objects/pack')).filter((name) => name.endsWith('.pack'));
    execFileSync('sh', ['-c', `cp -a ${broken.folder}/objects ${folder}/whole`]);
    for (const name of readdirSync(join(broken.folder, 'objects', 'pack'))) {
      rmSync(join(broken.folder, 'objects/pack', name));
    }
    for (const name of readdirSync(join(broken.folder, 'objects')).filter((entry) => entry.length === 2)) {
      rmSync(join(broken.folder, 'objects', name), { recursive: true });
    }
    expect(pack === '' || pack.endsWith('.pack')).toBe(true);
    const failed = await agent.run(gather);
    expect([failed.code, errorsOf(failed.output)]).toEqual([
      1,
      [
        expect.stringMatching(/broken failed, and is left as it was: .*broken\.git/s),
        '1 of 1 repositories failed: broken',
      ],
    ]);
    expect(await latest(agent)).toEqual(before);
    execFileSync('sh', ['-c', `cp -a ${folder}/whole/. ${broken.folder}/objects/`]);
    expect(await agent.run(gather)).toMatchObject({ code: 0 });
    expect(await rows(agent)).toHaveLength(2);
  });

  it('whose clone is corrupt says to use --force, which gathers all', async () => {
    const agent = await agentWith({ app: repository('damaged').url });
    expect(await agent.run(gather)).toMatchObject({ code: 0 });
    const clones = join(agent.folder, 'project-git-repos', 'TEST');
    const [clone = ''] = readdirSync(clones);
    rmSync(join(clones, clone, 'objects'), { recursive: true });
    rmSync(join(agent.exported, 'latest_vcs_versions.json'));
    const failed = await agent.run(gather);
    expect([failed.code, errorsOf(failed.output)[0]]).toEqual([1, expect.stringMatching(/app failed.*--force/s)]);
    expect(await agent.run([...gather, '--force'])).toMatchObject({ code: 0 });
    expect(await rows(agent)).toHaveLength(3);
  });

  it('that was force-pushed says to use --force, which gathers the new history', async () => {
    const pushed = repository('pushed', 4);
    const agent = await agentWith({ app: pushed.url });
    expect(await agent.run(gather)).toMatchObject({ code: 0 });
    const before = await latest(agent);
    git(pushed, 'update-ref', 'refs/heads/main', 'main~2');
    const tree = git(pushed, 'rev-parse', 'main^{tree}');
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
    git(pushed, 'update-ref', 'refs/heads/main', git(pushed, ...who, 'commit-tree', tree, '-p', 'main', '-m', 'Other'));
    const failed = await agent.run(gather);
    expect([failed.code, errorsOf(failed.output)[0]]).toEqual([
      1,
      expect.stringMatching(/app failed.*rewritten; --force/s),
    ]);
    expect(await latest(agent)).toEqual(before);
    expect(await agent.run([...gather, '--force'])).toMatchObject({ code: 0 });
    expect([(await rows(agent)).length, await latest(agent)]).toEqual([3, { app: git(pushed, 'rev-parse', 'main') }]);
  });

  it('with odd encodings gives every row, in valid UTF-8', async () => {
    const odd = repository('odd', 0);
    const commit = (encoding: string, name: Buffer, message: Buffer, file: string) =>
      Buffer.concat([
        Buffer.from('commit refs/heads/main\nauthor '),
        name,
        Buffer.from(' <x@example.org> 1700000000 +0000\ncommitter C <c@example.org> 1700000000 +0000\n'),
        Buffer.from(encoding === '' ? '' : `encoding ${encoding}\n`),
        Buffer.from(`data ${message.length}\n`),
        message,
        Buffer.from(`\nM 100644 inline ${file}\ndata 1\nx\n\n`),
      ]);
    const input = Buffer.concat([
      commit('ISO-8859-1', Buffer.from('Ren\xe9', 'latin1'), Buffer.from('caf\xe9', 'latin1'), 'a'),
      commit('', Buffer.from([0x4e, 0xff, 0xfe]), Buffer.from([0x6d, 0xff]), '"b\\377c"'),
      commit('no-such-encoding', Buffer.from('Z'), Buffer.from('zo\xeb', 'latin1'), '"d\\te\\"f"'),
      commit('Shift_JIS', Buffer.from([0x93, 0xfa]), Buffer.from([0x96, 0x7b]), 'e'),
    ]);
    execFileSync('git', ['-C', odd.folder, 'fast-import', '--quiet'], { input });
    const agent = await agentWith({ odd: odd.url });
    const ended = await agent.run(gather);
    expect([ended.code, errorsOf(ended.output)]).toEqual([0, []]);
    const found = (await rows(agent)).map((row) => [row['developer'], row['message']]);
    expect(found).toHaveLength(4);
    expect(found).toEqual(expect.arrayContaining([['René', 'café'], ['日', '本'], expect.arrayContaining(['Z'])]));
    expect(await rows(agent, 'data_change_path.json')).toHaveLength(4);
  });
});
