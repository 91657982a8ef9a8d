import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { docker, logged, run, tryDocker } from './support/docker.js';
import { World } from './support/world.js';

const env = '/home/agent/scraper/agent/env.sh';

describeWith([requirements.docker], 'a shell in the container', () => {
  let world: World;
  let agent: string;

  beforeAll(async () => {
    world = await World.start(['ABC']);
    const folder = await world.prepareAgent('agent', ['ABC'], { CRON_PERIOD: 'daily', GREETING: 'hello there' });
    agent = await world.run(
      'agent',
      [],
      [
        ...['--volume', `${join(folder, 'env')}:/home/agent/env`],
        ...['--volume', `${join(folder, 'export')}:/home/agent/export`],
        ...['--volume', `${world.certificate}:/home/agent/certs/controller.pem`],
      ],
    );
    await logged(agent, /The web API listens/);
    appendFileSync(join(folder, 'env'), 'LATER="after the start"\n');
  });

  afterAll(() => world?.stop());

  it('is a shell of agent with the variables of the env files as they are now', async () => {
    const script = 'id -un; pwd; echo "$HOME|$GREETING|$LATER|$GATHERER_SETTINGS_FILE|$BASH"; exit 3\n';
    const { code, stdout } = await run('docker', ['exec', '--interactive', agent, env], { input: script });
    expect(stdout).toBe(
      'agent\n/home/agent\n/home/agent|hello there|after the start|/home/agent/config/settings.cfg|/bin/bash\n',
    );
    expect(code).toBe(3);
  });

  it('has a terminal where there is one', async () => {
    const words = ['-qec', `docker exec -it ${agent} ${env} sh -c 'test -t 0 && echo terminal'`, '/dev/null'];
    expect((await run('script', words)).stdout).toContain('terminal');
  });

  it('hands words on as they are, and the exit code back', async () => {
    const words = [
      'sh',
      '-c',
      'printf "%s|" "$@"; exit 7',
      'sh',
      'two words',
      `"quotes" 'both'`,
      '--help',
      '',
      '$HOME',
    ];
    const { code, stdout } = await tryDocker('exec', agent, env, ...words);
    expect(stdout).toBe(`two words|"quotes" 'both'|--help||$HOME|`);
    expect(code).toBe(7);
  });

  it('runs the steps one by one, also by the paths of the original', async () => {
    await docker('exec', agent, env, 'gatherer', 'generate-key', 'ABC');
    await docker('exec', agent, env, 'scraper/preflight.py', 'ABC', '--skip');
    await docker('exec', agent, env, 'scraper/preflight', 'ABC', '--skip');
    await docker('exec', agent, env, 'gatherer', 'git-to-json', 'ABC');
    const list = await docker('exec', agent, env, 'scraper/list-files.sh', 'export', 'git_to_json.py');
    expect(list).toContain('data_vcs_versions.json');
    await docker('exec', agent, env, 'scraper/export_files.py', 'ABC', '--export', 'data_vcs_versions.json');
    expect(await docker('exec', agent, 'stat', '-c', '%U', '/home/agent/export/ABC/data_vcs_versions.json')).toBe(
      'agent',
    );
  });

  it('drops root also where gatherer is run without it', async () => {
    await docker('exec', '--user', 'root', agent, 'gatherer', 'git-to-json', 'ABC');
    expect(await docker('exec', agent, 'stat', '-c', '%U', '/home/agent/export/ABC/data_tag.json')).toBe('agent');
  });
});
