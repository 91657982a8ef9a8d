import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporarySuiteFolder } from '../../temporary-folder.js';
import { until } from '../../until.js';
import { type Agent, makeAgent } from '../support/agent.js';
import { ControllerProcess } from '../support/controller.js';
import type { Started } from '../support/gatherer.js';
import { GrowingRepository } from '../support/repository.js';

const folder = temporarySuiteFolder();
let controller: ControllerProcess;
let repository: GrowingRepository;

beforeAll(async () => {
  controller = await ControllerProcess.start({ folder: join(folder, 'controller'), projects: ['TEST'] });
  repository = new GrowingRepository(join(folder, 'app.git'));
  repository.grow(20);
});
afterAll(() => controller.stop());

/** Waits for what a program does. */
function untilIt(started: Started, condition: () => boolean): Promise<void> {
  const checked = (): boolean => {
    if (started.child.exitCode !== null) throw new Error(started.output());
    return condition();
  };
  return until(checked, () => `the program came so far; it said ${started.output()}`);
}

/** A folder with a `git`, to stand before the real one in the path, whose clones never end. */
function slowGit(): string {
  const bin = join(folder, 'slow');
  mkdirSync(bin);
  const clone = `test "$word" = clone && echo $$ > ${bin}/pid && exec sleep 600`;
  const script = `#!/bin/sh\nfor word in "$@"; do ${clone}\ndone\nPATH=\${PATH#*:}; exec git "$@"\n`;
  writeFileSync(join(bin, 'git'), script);
  chmodSync(join(bin, 'git'), 0o755);
  return bin;
}

describe('SIGTERM', () => {
  it('during a long clone ends the daemon within 10 s, with 0, and leaves what was there', async () => {
    const repositories = { app: repository.url };
    const agent: Agent = await makeAgent({ folder: join(folder, 'agent'), controller, project: 'TEST', repositories });
    await agent.setVariables({ JENKINS_URL: '', CRON_PERIOD: 'monthly' });
    const bin = slowGit();
    const PATH = `${bin}:${process.env['PATH']}`;
    const daemon = agent.start(['agent', '--port', '0'], { environment: { PATH } });
    await untilIt(daemon, () => daemon.output().includes('listens on'));
    const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(daemon.output())?.[1];
    await untilIt(daemon, () => daemon.output().includes('Registering'));
    const response = await fetch(`http://127.0.0.1:${port}/scrape`, { method: 'POST' });
    expect(response.status).toBe(201);
    await untilIt(daemon, () => existsSync(join(bin, 'pid')));
    const started = performance.now();
    daemon.child.kill('SIGTERM');
    const { code, output } = await daemon.ended;
    expect(code, output).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(output).not.toMatch(/\\n +at /);
    const clone = Number(readFileSync(join(bin, 'pid'), 'utf8'));
    expect(() => process.kill(clone, 0)).toThrow('ESRCH');
    const { 'data_sources.json': sources } = await agent.files();
    expect(sources).toContain('app');
    expect(Object.keys(await agent.files())).not.toContain('data_vcs_versions.json');
  });
});
