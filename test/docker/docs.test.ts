import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { docker, type Ended, eventually, image, root, run, succeed, tryDocker } from './support/docker.js';

const page = readFileSync(join(root, 'docs/docker.md'), 'utf8');
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

const kept = `${image}:test-kept`;

/** `docker compose` where the machine has only version 1. */
const composePlugin = `#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
  echo '{ "SchemaVersion": "0.1.0", "Vendor": "test", "Version": "v1" }'
else
  shift
  exec docker-compose "$@"
fi
`;

describeWith([requirements.docker, requirements.dockerCompose, requirements.git], 'docs/docker.md', () => {
  let folder: string;
  const environment: Record<string, string> = { COMPOSE_PROJECT_NAME: 'gathererdocs' };

  beforeAll(async () => {
    // The page builds the image anew, with its own env file in it.
    await docker('tag', image, kept);
    folder = mkdtempSync(join(tmpdir(), 'gatherer-docs-'));
    const files = await succeed('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
    for (const file of files.split('\0').filter((name) => name !== '')) cpSync(join(root, file), join(folder, file));
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    await succeed('git', ['init', '--quiet'], { folder });
    await succeed('git', ['add', '--all'], { folder });
    await succeed('git', [...identity, 'commit', '--quiet', '--message', 'Checkout'], { folder });
    if ((await tryDocker('compose', 'version')).code !== 0) {
      const config = mkdtempSync(join(tmpdir(), 'gatherer-docker-config-'));
      mkdirSync(join(config, 'cli-plugins'));
      writeFileSync(join(config, 'cli-plugins/docker-compose'), composePlugin);
      chmodSync(join(config, 'cli-plugins/docker-compose'), 0o755);
      environment['DOCKER_CONFIG'] = config;
    }
  });

  afterAll(async () => {
    await tryDocker('rm', '--force', '--volumes', 'data-gathering', 'sample', 'controller');
    await run('docker-compose', ['--profile', 'postgresql', 'down', '--volumes'], { folder, environment });
    await tryDocker('network', 'rm', 'gathering');
    for (const name of ['export', 'config', 'ssh', 'clones']) await tryDocker('volume', 'rm', `data-gathering-${name}`);
    await tryDocker('volume', 'rm', 'controller-data');
    rmSync(folder, { recursive: true, force: true });
    await docker('tag', kept, image);
    await docker('rmi', kept);
    const { DOCKER_CONFIG } = environment;
    if (DOCKER_CONFIG !== undefined) rmSync(DOCKER_CONFIG, { recursive: true, force: true });
  });

  /** A terminal is given to what asks for one, and `exit` is typed into it. */
  function runBlock(block: string): Promise<Ended> {
    if (!block.includes(' -it ')) return run('bash', ['-euo', 'pipefail', '-c', block], { folder, environment });
    return run('script', ['-qec', block, '/dev/null'], { folder, environment, input: 'id -un\nexit\n' });
  }

  it('has commands', () => {
    expect(blocks.length).toBeGreaterThan(15);
  });

  it.each(blocks.map((block) => ({ block })))('$block', async ({ block }) => {
    const { code, output } = await runBlock(block);
    expect(code, output).toBe(0);
    const show = /^docker .* controller imports .*$/m.exec(block)?.[0];
    if (show !== undefined) {
      await eventually('an import that is done', async () =>
        (await runBlock(show)).stdout.includes(' done ') ? true : undefined,
      );
    }
  });
});
