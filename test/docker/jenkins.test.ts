import { chmodSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { docker, type Ended, eventually, image, run, tryDocker } from './support/docker.js';
import { World } from './support/world.js';

/** Nobody that the image knows, on a root file system that takes nothing. */
const confined = ['--read-only', '--user', '12345:12345'];

describeWith([requirements.docker], 'a Jenkins job', () => {
  let world: World;
  let folder: string;

  beforeAll(async () => {
    world = await World.start(['ABC', 'DEF']);
    folder = await world.prepareAgent('job', ['ABC', 'DEF']);
    await run('chmod', ['-R', 'a+rwX', join(folder, 'export')]);
    chmodSync(world.certificate, 0o644);
  });

  afterAll(() => world?.stop());

  /** What the job gives: variables by themselves, no env file. */
  function scrape(options: readonly string[] = []): Promise<Ended> {
    const variables = {
      JENKINS_URL: 'https://jenkins.example.org',
      JIRA_KEY: 'ABC DEF',
      SSH_HOST: 'controller:8443',
      SSH_USERNAME: 'agent-ABC',
      SSH_HTTPS_CERT: 'certs/controller.pem',
      DEFINITIONS_CREDENTIALS_ENV: 'AGENT_KEY',
      AGENT_KEY: '~/.ssh/id_ed25519',
    };
    const given = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    return tryDocker(
      ...['run', '--rm', '--network', world.network, ...given, ...options],
      ...['--volume', `${world.certificate}:/home/agent/certs/controller.pem:ro`],
      ...[
        '--volume',
        `${join(folder, 'export')}:/home/agent/export`,
        '--volume',
        `${world.name('key')}:/home/agent/.ssh`,
      ],
      image,
    );
  }

  it('scrapes all projects now, as any user, with a read-only root file system', async () => {
    const { code, output } = await scrape(confined);
    expect(code, output).toBe(0);
    const last = output.trim().split('\n').slice(-2);
    expect(last[0]).toMatch(/ABC: done after .*data_vcs_versions.json [1-9]/);
    expect(last[1]).toMatch(/DEF: done after .*data_vcs_versions.json [1-9]/);
    for (const project of ['ABC', 'DEF']) {
      await eventually('the import', async () => (/ done /.test(await world.imports(project)) ? true : undefined));
    }
  });

  it('fails, and says what failed, where one source does', async () => {
    const sources = [{ type: 'git', name: 'gone', url: 'git://repository/gone.git' }];
    await writeFile(join(folder, 'export/DEF/data_sources.json'), JSON.stringify(sources));
    const { code, output } = await scrape(confined);
    expect(code).toBe(1);
    const last = output.trim().split('\n').slice(-2);
    expect(last[0]).toMatch(/ABC: done after/);
    expect(last[1]).toMatch(/DEF: failed: .*gone/);
  });

  it('takes over what such a user left, where root starts it', async () => {
    rmSync(join(folder, 'export/DEF/data_sources.json'));
    const { code, output } = await scrape();
    expect(code, output).toBe(0);
    const owners = await docker(
      'run',
      '--rm',
      '--volume',
      `${world.name('key')}:/home/agent/.ssh`,
      image,
      'stat',
      '-c',
      '%u %a',
      '.ssh',
      '.ssh/id_ed25519',
    );
    expect(owners).toBe('1000 700\n1000 600');
    await docker('volume', 'rm', world.name('key'));
  });

  it('lets ssh start for a user without a name', async () => {
    const words = ['ssh', '-o', 'BatchMode=yes', '-p', '1', 'git@127.0.0.1', 'true'];
    const { output } = await tryDocker('run', '--rm', ...confined, image, ...words);
    expect(output).toContain('Connection refused');
    expect(output).not.toContain('No user exists');
  });
});
