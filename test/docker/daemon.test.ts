import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, requirements } from '../requirements.js';
import { docker, eventually, healthy, image, logged, tryDocker } from './support/docker.js';
import { stateOf, World } from './support/world.js';

describeWith([requirements.docker], 'the daemon', () => {
  let world: World;
  let agent: string;
  let folder: string;

  beforeAll(async () => {
    world = await World.start(['ABC', 'DEF']);
    folder = await world.prepareAgent('agent', ['ABC', 'DEF'], {
      CRON_PERIOD: 'daily',
      SCRAPE_AT_START: 'yes',
      JIRA_KEY: 'ABC',
    });
    const mounts = [
      ...['--volume', `${join(folder, 'env')}:/home/agent/env`],
      ...['--volume', `${join(folder, 'export')}:/home/agent/export`],
      ...['--volume', `${world.certificate}:/home/agent/certs/controller.pem`],
    ];
    agent = await world.run('agent', [], [...mounts, '--publish', '127.0.0.1::7070', '--health-interval', '2s']);
  });

  afterAll(() => world?.stop());

  /** Asks the web API through the published port. */
  async function ask(path: string, method = 'GET'): Promise<number> {
    const address = await docker('port', agent, '7070/tcp');
    return (await fetch(`http://${address}${path}`, { method })).status;
  }

  function scrape(): Promise<true> {
    return eventually('a scrape that starts', async () => ((await ask('/scrape', 'POST')) === 201 ? true : undefined));
  }

  async function imported(project: string, times: number): Promise<void> {
    await eventually(`${times} imports of ${project}`, async () => {
      const done = (await world.imports(project)).match(/ done /g) ?? [];
      return done.length >= times ? true : undefined;
    });
  }

  it('registers, scrapes at its start, and exports', async () => {
    await logged(agent, /ABC: done after/);
    await imported('ABC', 1);
    expect(await ask('/status')).toBe(503);
  });

  it('is healthy, and so is the controller', async () => {
    await healthy(agent);
    await healthy(world.name('controller'));
  });

  it('runs as agent below an init that reaps, and answers on 7070', async () => {
    const processes = await eventually('a moment without a health check', async () => {
      const [, ...lines] = (await docker('top', agent, '-o', 'pid,uid,args')).split('\n');
      return lines.length === 2 ? lines : undefined;
    });
    expect(processes).toEqual([
      expect.stringMatching(/ 1000 +tini -- gatherer agent$/),
      expect.stringMatching(/ 1000 +node \S+gatherer.js agent$/),
    ]);
    await docker('exec', agent, 'sh', '-c', '(sleep 0.1 &) ; true');
    await eventually('no zombies', async () =>
      (await docker('top', agent, '-o', 'pid,comm')).includes('defunct') ? undefined : true,
    );
    expect(await ask('/healthz')).toBe(200);
  });

  it('keeps its identity over a restart', async () => {
    const key = await docker('exec', agent, 'cat', '/home/agent/.ssh/id_ed25519.pub');
    await docker('restart', '--time', '10', agent);
    await logged(agent, /ABC: done after/, 2);
    expect(await docker('exec', agent, 'cat', '/home/agent/.ssh/id_ed25519.pub')).toBe(key);
    await imported('ABC', 2);
  });

  it('takes a changed env file at the next scrape', async () => {
    appendFileSync(join(folder, 'env'), 'JIRA_KEY="ABC DEF"\n');
    await scrape();
    await logged(agent, /DEF: done after/);
    await imported('DEF', 1);
  });

  it('survives an outage of the controller', async () => {
    await docker('stop', world.name('controller'));
    expect(await ask('/scrape', 'POST')).toBeGreaterThanOrEqual(201);
    await logged(agent, /ABC: failed/);
    expect(await ask('/healthz')).toBe(200);
    await docker('start', world.name('controller'));
    await healthy(world.name('controller'));
    await scrape();
    await logged(agent, /DEF: done after/, 2);
  });

  it('stops within ten seconds with exit code 0, and so does the controller', async ({ annotate }) => {
    for (const name of [agent, world.name('controller')]) {
      const started = performance.now();
      await docker('stop', name);
      const took = performance.now() - started;
      await annotate(`${name} stopped in ${(took / 1000).toFixed(1)} s`);
      expect(took).toBeLessThan(10_000);
      expect(await stateOf(name)).toEqual({ ExitCode: 0, Running: false });
    }
  });
});

describeWith([requirements.docker], 'a start of the daemon that cannot be', () => {
  let world: { readonly folder: string };

  beforeAll(() => {
    world = new World();
  });

  it('says that an env path is a directory', async () => {
    mkdirSync(join(world.folder, 'venv'));
    const mount = `${join(world.folder, 'venv')}:/home/agent/env`;
    const { code, output } = await tryDocker('run', '--rm', '--volume', mount, image);
    expect(code).toBe(2);
    expect(output).toContain('/home/agent/env: is a directory; expected a file of NAME=value lines');
  });

  it('says which variable chooses a mode', async () => {
    const { code, output } = await tryDocker('run', '--rm', image);
    expect(code).toBe(2);
    expect(output).toContain('CRON_PERIOD');
  });

  it('takes an option of the command line before a variable, with or without the word agent', async () => {
    for (const words of [['agent'], []]) {
      const options = ['--cron-period', 'never'];
      const { code, output } = await tryDocker(
        'run',
        '--rm',
        '--env',
        'CRON_PERIOD=daily',
        image,
        ...words,
        ...options,
      );
      expect(code).toBe(2);
      expect(output).toContain('"never" is no period');
    }
  });
});
