import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWith, requirements } from '../../requirements.js';
import { dump } from '../../servers/exports.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { Agent, type AgentSetup, makeAgent } from '../support/agent.js';
import { ControllerProcess } from '../support/controller.js';
import { errorsOf, expectFailure } from '../support/failure.js';
import { runGatherer } from '../support/gatherer.js';
import { GrowingRepository } from '../support/repository.js';
import { SmallDisk } from '../support/small-disk.js';

const nowhere = { port: 1, certificateFile: '' };

function repository(folder: string, commits: number): GrowingRepository {
  const made = new GrowingRepository(join(folder, 'app.git'));
  made.grow(commits);
  return made;
}

describeWith([requirements.smallDisk], 'a full disk of the agent', () => {
  it('while it clones: says so, leaves the tables, and has no half clone', async () => {
    const folder = temporaryFolder();
    const { url } = repository(folder, 2000);
    const setup = { folder: join(folder, 'agent'), controller: nowhere, project: 'TEST', repositories: { app: url } };
    await makeAgent(setup);
    const disk = await SmallDisk.over(setup.folder, '8m');
    const agent = new Agent({ ...setup, within: disk.within, root: disk.root });
    disk.fill(120_000);
    const failed = await agent.run(['git-to-json', 'TEST']);
    expect([failed.code, errorsOf(failed.output)[0]]).toEqual([
      1,
      expect.stringMatching(/app failed, and is left as it was: .*No space left on device/s),
    ]);
    expect(disk.files().filter((name) => name.startsWith('project-git-repos/'))).toEqual([]);
    disk.empty();
    expect(await agent.run(['git-to-json', 'TEST'])).toMatchObject({ code: 0 });
    expect(JSON.parse((await agent.files())['data_vcs_versions.json'] ?? '')).toHaveLength(2000);
    await disk.remove();
  });

  it('while it writes tables: says so, names the table, and leaves the earlier ones', async () => {
    const folder = temporaryFolder();
    const source = repository(folder, 10);
    const setup: AgentSetup = {
      ...{ folder: join(folder, 'agent'), controller: nowhere, project: 'TEST' },
      repositories: { app: source.url },
    };
    expect(await (await makeAgent(setup)).run(['git-to-json', 'TEST'])).toMatchObject({ code: 0 });
    const disk = await SmallDisk.over(join(setup.folder, 'export'), '8m');
    const agent = new Agent({ ...setup, within: disk.within, root: disk.root });
    const before = await agent.files();
    source.grow(2000);
    disk.fill(100_000);
    const failed = await agent.run(['git-to-json', 'TEST']);
    expectFailure(failed, 1, /\/data_\w+\.json: cannot write: the disk is full; free some space and run again/);
    expect(await agent.files()).toEqual(before);
    const hidden = disk.files().filter((name) => name.includes('/.'));
    expect(hidden).toEqual(['TEST/.status/steps/git-to-json.json']);
    disk.empty();
    expect(await agent.run(['git-to-json', 'TEST'])).toMatchObject({ code: 0 });
    expect(JSON.parse((await agent.files())['data_vcs_versions.json'] ?? '')).toHaveLength(2000);
    await disk.remove();
  });
});

describeWith([requirements.smallDisk], 'a full disk', () => {
  it('at the export, and of the controller at the upload and the import: nothing is lost', async () => {
    const folder = temporaryFolder();
    const place = { folder: join(folder, 'controller'), projects: ['TEST'] };
    mkdirSync(join(place.folder, 'data'), { recursive: true });
    const disk = await SmallDisk.over(join(place.folder, 'data'), '160m');
    const controller = await ControllerProcess.start({ ...place, within: disk.within, root: disk.root });
    const source = repository(folder, 3000);
    const setup = { folder: join(folder, 'agent'), controller, project: 'TEST', repositories: { app: source.url } };
    const agent = await makeAgent(setup);
    for (const step of ['generate-key', 'preflight', 'git-to-json']) {
      const { code, output } = await agent.run([step, 'TEST']);
      expect(code, output).toBe(0);
    }
    const tables = ['data_vcs_versions.json', 'data_change_path.json', 'data_tag.json'];
    const send = ['export-files', 'TEST', '--export', ...tables, '--update', 'latest_vcs_versions.json'];

    // At the export: the manifest has no place.
    const small = await SmallDisk.over(join(setup.folder, 'export'), '8m');
    small.fill(0);
    const full = new Agent({ ...setup, within: small.within, root: small.root });
    expectFailure(await full.run(send), 1, /manifest\.json.*the disk is full; free some space/);
    await small.remove();

    // At the upload.
    disk.fill(200_000);
    expectFailure(await agent.run(send), 1, /data_\w+\.json.*the disk of the (server|controller|remote).*full/i);
    expect(await controller.imports()).toEqual([]);

    // At the import: there is room for the files, and not for the rows.
    disk.fill(16 * 1024 * 1024);
    const sent = await agent.run(send);
    expect(sent.code, sent.output).toBe(0);
    const message = expect.stringMatching(/the disk is full: .*; free some space and have it repeated/);
    expect(await controller.settledImports()).toMatchObject([{ state: 'failed', message }]);

    disk.empty();
    const retry = await runGatherer(['controller', 'retry', 'TEST'], { ...place, within: disk.within });
    expect(retry.code, retry.output).toBe(0);
    expect(await controller.settledImports()).toMatchObject([{ state: 'done' }]);
    expect(await controller.stop()).toMatchObject({ code: 0 });
    expect((await dump(controller, ['vcs_versions']))['vcs_versions']).toHaveLength(3000);
    await disk.remove();
  });
});
