import { rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureKeyPair } from '../../../src/ssh/keys.js';
import { dump } from '../../servers/exports.js';
import { temporarySuiteFolder } from '../../temporary-folder.js';
import { type Agent, makeAgent } from '../support/agent.js';
import { ControllerProcess } from '../support/controller.js';
import { startCuttingProxy } from '../support/cutting-proxy.js';
import { errorsOf, expectFailure } from '../support/failure.js';
import { GrowingRepository } from '../support/repository.js';

const folder = temporarySuiteFolder();
const commits = 3000;
const send = ['export-files', 'TEST', '--export', 'data_vcs_versions.json', '--update', 'latest_vcs_versions.json'];
let controller: ControllerProcess;
let agent: Agent;

beforeAll(async () => {
  controller = await ControllerProcess.start({ folder: join(folder, 'controller'), projects: ['TEST'] });
  const repository = new GrowingRepository(join(folder, 'app.git'));
  repository.grow(commits);
  const repositories = { app: repository.url };
  agent = await makeAgent({ folder: join(folder, 'agent'), controller, project: 'TEST', repositories });
});
afterAll(() => controller.kill());

async function uploads(): Promise<readonly string[]> {
  return readdir(join(controller.dataFolder, 'agents', 'TEST', 'export', 'TEST'));
}

describe('an export that does not arrive', () => {
  it('cut in the middle: is not imported, and the next run brings everything', async () => {
    const proxy = await startCuttingProxy(controller.sshPort, 200_000);
    await agent.setVariables({ SSH_PORT: String(proxy.port) });
    expectFailure(await agent.run(['agent']), 1, /Could not export the files: .*127\.0\.0\.1.*cut/);
    await proxy.close();
    expect(await uploads()).not.toContain('manifest.json');
    expect(await controller.imports()).toEqual([]);

    await agent.setVariables({});
    expect(await agent.run(['agent'])).toMatchObject({ code: 0 });
    expect(await controller.settledImports()).toMatchObject([{ state: 'done' }]);
  });

  it('refused connection: the error names the server', async () => {
    await agent.setVariables({ SSH_PORT: '1' });
    const before = await agent.files();
    expectFailure(
      await agent.run(send),
      1,
      /agent-TEST@\[127\.0\.0\.1\]:1: .*refused: is the SSH server running on that port/,
    );
    const { 'manifest.json': _manifest, ...after } = await agent.files();
    expect(before).toMatchObject(after);
    await agent.setVariables({});
  });

  it('refused key: the error names user and key, and says what to do', async () => {
    const key = join(folder, 'other-key');
    await ensureKeyPair(key, { type: 'ed25519' });
    const ended = await agent.run([...send, '--path', key]);
    expectFailure(
      ended,
      1,
      /agent-TEST@.*: the server does not accept the key .*\/other-key: register it with gatherer generate-key/,
    );
  });
});

describe('a scrape', () => {
  it('of a project that the controller does not know says so', async () => {
    const repositories = {};
    const other = await makeAgent({ folder: join(folder, 'stranger'), controller, project: 'OTHER', repositories });
    const ended = await other.run(['agent']);
    expect(ended.code).toBe(1);
    const [first] = errorsOf(ended.output);
    expect(first).toMatch(/did not take the public key: .*OTHER/);
    expect(ended.output).not.toMatch(/\\n +at /);
  });

  it('with an environment of the controller that is malformed names the file it came in', async () => {
    const file = join(controller.dataFolder, 'env');
    writeFileSync(file, 'TZ="Europe\n');
    const before = await agent.files();
    expectFailure(await agent.run(['agent']), 2, /export\/TEST\/preflight_env:1: .*the controller/);
    expect(await agent.files()).toMatchObject({ 'data_vcs_versions.json': before['data_vcs_versions.json'] });
    writeFileSync(file, '');
    expect(await agent.run(['agent'])).toMatchObject({ code: 0 });
  });
});

describe('the SSH host key', () => {
  it('when it has changed, stops the export before anything is sent', async () => {
    await controller.settledImports();
    expect(await controller.stop()).toMatchObject({ code: 0 });
    expect((await dump(controller, ['vcs_versions']))['vcs_versions']).toHaveLength(commits);
    rmSync(join(controller.dataFolder, 'ssh'), { recursive: true });
    await controller.restart();
    const imports = await controller.imports();
    const uploaded = await uploads();
    const error = /SSH host key of \[127\.0\.0\.1\]:\d+ is not the one that was pinned.*known_hosts.*ssh-keygen -R/;
    expectFailure(await agent.run(send), 1, error);
    expect(await controller.imports()).toEqual(imports);
    expect(await uploads()).toEqual(uploaded);
  });
});
