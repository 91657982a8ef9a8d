import { cpSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { docker, eventually, image, root, succeed, tryDocker } from './support/docker.js';
import { World } from './support/world.js';

const tag = 'deployments-gathering';

const installed = `FROM ${image}
COPY source-plugin /tmp/source-plugin
RUN npm install --install-links --no-audit --no-fund /tmp/source-plugin
RUN mkdir plugins/broken && echo 'throw new Error("not today")' > plugins/broken/index.js
`;

describeWith([requirements.docker], 'an image with a plug-in', () => {
  let world: World;

  beforeAll(async () => {
    await succeed('docker', ['build', '--quiet', '--tag', tag, '.'], { folder: join(root, 'examples/source-plugin') });
    world = await World.start(['ABC'], tag);
  });

  afterAll(async () => {
    await world?.stop();
    await tryDocker('rmi', '--force', tag, `${tag}:installed`);
  });

  it('lists it', async () => {
    const output = await docker('run', '--rm', tag, 'sources');
    expect(output).toContain('gatherer-source-deployments');
    expect(output).toContain('deployments_update.json');
  });

  it('gathers, exports and imports its rows', async () => {
    const list = [
      {
        application: 'webshop',
        version: '1.0',
        environment: 'test',
        deployed_by: 'alice',
        deployed_at: '2026-01-01T10:00:00Z',
      },
    ];
    const serve = `require('http').createServer((_, r) => r.end(process.env.LIST)).listen(8000)`;
    await world.run(
      'upstream',
      ['node', '-e', serve],
      [...['--network-alias', 'upstream', '--env', `LIST=${JSON.stringify(list)}`]],
    );
    const folder = await world.prepareAgent('agent', ['ABC'], { JENKINS_URL: 'yes' });
    const sources = [{ type: 'deployments', name: 'releases', url: 'http://upstream:8000/' }];
    await writeFile(join(folder, 'export/ABC/data_sources.json'), JSON.stringify(sources));
    const { code, output } = await tryDocker(
      ...['run', '--rm', '--network', world.network],
      ...['--volume', `${join(folder, 'env')}:/home/agent/env`],
      ...['--volume', `${join(folder, 'export')}:/home/agent/export`],
      ...['--volume', `${world.certificate}:/home/agent/certs/controller.pem`],
      tag,
    );
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('data_deployment.json 1') });
    const imports = await eventually('the import', async () => {
      const found = await world.imports('ABC');
      return found.includes(' done ') ? found : undefined;
    });
    expect(imports).not.toContain('ignored');
    expect(await world.count('deployment')).toBe(1);
  });

  it('works with an installed package too, beside a broken plug-in that is named', async () => {
    const folder = join(world.folder, 'context');
    cpSync(join(root, 'examples/source-plugin'), join(folder, 'source-plugin'), { recursive: true });
    await writeFile(join(folder, 'Dockerfile'), installed);
    await succeed('docker', ['build', '--quiet', '--tag', `${tag}:installed`, '.'], { folder });
    const { code, output } = await tryDocker('run', '--rm', `${tag}:installed`, 'sources');
    expect(code).toBe(0);
    expect(output).toContain('gatherer-source-deployments');
    expect(output).toMatch(/The plug-in broken .* is skipped: not today/);
  });
});
