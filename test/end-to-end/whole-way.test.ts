import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dump } from '../servers/exports.js';
import { temporaryFolder } from '../temporary-folder.js';
import { makeAgent } from './support/agent.js';
import { ControllerProcess } from './support/controller.js';
import { GrowingRepository } from './support/repository.js';

it('brings commits from a repository to the database, and later only the new ones', async () => {
  const folder = temporaryFolder();
  const place = { folder: join(folder, 'controller'), projects: ['TEST'], firstStart: true };
  const controller = await ControllerProcess.start(place);
  const repository = new GrowingRepository(join(folder, 'app.git'));
  repository.grow(30);
  const agent = await makeAgent({
    folder: join(folder, 'agent'),
    controller,
    project: 'TEST',
    repositories: { app: repository.url },
  });
  expect(await agent.run(['agent'])).toMatchObject({ code: 0 });
  expect((await controller.settledImports()).map(({ state }) => state)).toEqual(['done']);

  await controller.kill();
  await controller.restart();
  repository.grow(5);
  const second = await agent.run(['agent']);
  expect(second).toMatchObject({ code: 0, output: expect.stringContaining('app: 5 of vcs_versions') });
  expect((await controller.settledImports()).map(({ state }) => state)).toEqual(['done', 'done']);

  expect(await controller.stop()).toMatchObject({ code: 0, signal: null });
  expect((await dump(controller, ['vcs_versions']))['vcs_versions']).toHaveLength(35);
});
