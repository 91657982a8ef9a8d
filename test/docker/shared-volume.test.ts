import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { docker, eventually, image, root, succeed } from './support/docker.js';

/** Stands in for the configuration tool: it only waits, and the test does with its volumes what it would. */
const tool = `FROM ${image}
ENTRYPOINT ["sleep", "infinity"]
HEALTHCHECK NONE
`;

describeWith([requirements.docker, requirements.dockerCompose], 'deploy/shared-volume', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatherer-tool-'));
  const tag = 'gatherer-test-tool';
  const file = join(root, 'deploy/shared-volume/docker-compose.yml');
  const environment = { COMPOSE_PROJECT_NAME: 'gatherertool', CONFIG_IMAGE: tag, CONFIG_PORT: '0' };
  const compose = (...words: readonly string[]) => succeed('docker-compose', ['-f', file, ...words], { environment });

  beforeAll(async () => {
    writeFileSync(join(folder, 'Dockerfile'), tool);
    await succeed('docker', ['build', '--quiet', '--tag', tag, '.'], { folder });
    await compose('up', '--detach');
  });

  afterAll(async () => {
    await compose('down', '--volumes', '--timeout', '1');
    await docker('rmi', '--force', tag);
    rmSync(folder, { recursive: true, force: true });
  });

  it('has an agent that takes what the tool writes as root, and shows it what it needs', async () => {
    const inTool = (script: string) => compose('exec', '-T', 'config', 'sh', '-c', script);
    expect(await inTool('cat /home/agent/config/VERSION')).toMatch(/^\d+\.\d+\.\d+/);
    await inTool(
      'mkdir -p export/TEST && echo "[]" > export/TEST/data_sources.json && echo JIRA_KEY=TEST > config/env',
    );
    await compose('restart', 'agent');
    const ask = "fetch('http://agent:7070/scrape', { method: 'POST' }).then(({ status }) => console.log(status))";
    // 503 is for a scrape that has failed by then: there is no controller here.
    await eventually('a scrape', async () =>
      /^(201|503)$/.test(await inTool(`node -e "${ask}"`)) ? inTool('cat export/TEST/scrape.log') : undefined,
    );
    const log = await inTool('cat export/TEST/scrape.log');
    expect(log).toContain('TEST: ');
  });
});
