import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { makeAgent } from './support/agent.js';
import { ControllerProcess } from './support/controller.js';
import { GrowingRepository } from './support/repository.js';

it('scrapes the projects of one agent one after the other, and goes on where one fails', async () => {
  const folder = temporaryFolder();
  const repository = new GrowingRepository(join(folder, 'shop.git'));
  repository.grow(300);
  const controller = await ControllerProcess.start({ folder: join(folder, 'controller'), projects: ['ABC', 'DEF'] });
  const agent = await makeAgent({
    folder: join(folder, 'agent'),
    controller,
    project: 'ABC',
    repositories: { shop: repository.url },
  });
  // UNKNOWN is no project of the controller: it fails, and the one after it is scraped all the same.
  await agent.setVariables({ JIRA_KEY: 'ABC UNKNOWN DEF' });
  const { code, output } = await agent.run(['agent']);
  expect(code).toBe(1);
  expect(output).toMatch(/ABC: done/);
  expect(output).toMatch(/UNKNOWN: failed/);
  expect(output).toMatch(/DEF: done/);
  const imports = await controller.settledImports();
  expect(imports.map(({ project, state }) => `${project} ${state}`).sort()).toEqual(['ABC done', 'DEF done']);
  await controller.stop();
});
