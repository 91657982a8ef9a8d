import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { statusText } from '../../scraper/status-text.js';
import { readProjectStatus } from '../../src/agent/project-status.js';
import { scrapeProject } from '../../src/agent/scrape.js';
import type { Step } from '../../src/agent/step.js';
import { createRuntime, type Runtime } from '../../src/config/runtime.js';
import { readStepRecord, recordStep } from '../../src/sources/run-record.js';
import { LocalTime } from '../../src/tables/local-time.js';
import { GitWorld } from '../git-world.js';
import { describeWith, requirements } from '../requirements.js';

const gone = 'file:///nowhere/gone.git';

function runtimeOf({ home }: GitWorld): Runtime {
  return createRuntime({
    commandLine: {},
    process: { HOME: home, GATHERER_HOME: home, SSH_HOST: '-', JIRA_PASSWORD: 'hunter22' },
    workingFolder: home,
    logLevel: 'CRITICAL',
    terminal: false,
    signal: new AbortController().signal,
  });
}

function statusOf(world: GitWorld) {
  return readProjectStatus({ runtime: runtimeOf(world), project: 'TEST' });
}

function world(): GitWorld {
  const test = new GitWorld();
  test.upstream('app.git').commit('One');
  return test;
}

const time = new LocalTime('UTC');

describeWith([requirements.git], 'the status of a project', () => {
  it('says that nothing was gathered yet', async () => {
    const status = await statusOf(world());
    expect(status).toEqual({ project: 'TEST', ok: false, steps: [], untouched: [] });
    expect(statusText(status, time)).toBe('TEST: nothing was gathered yet');
  });

  it('tells of each source what was gathered when, and what failed', async () => {
    const test = world();
    test.sources({ app: test.upstream('app.git').url });
    await test.gather();
    const first = await statusOf(test);
    expect(first).toMatchObject({ ok: true, steps: [{ step: 'git-to-json', outcome: 'done', reasons: [] }] });
    const source = first.steps[0]?.sources[0];
    expect(source).toMatchObject({ name: 'app', type: 'git', outcome: 'done', rows: { vcs_versions: 1 } });

    test.sources({ app: gone, other: test.upstream('app.git').url });
    await test.gather();
    const second = await statusOf(test);
    expect(second.ok).toBe(false);
    const [failed, other] = ['app', 'other'].map((name) =>
      second.steps[0]?.sources.find((found) => found.name === name),
    );
    expect(failed).toMatchObject({ outcome: 'failed', gathered: source?.gathered, rows: {} });
    expect(failed?.reasons.join()).toContain('nowhere/gone.git');
    expect(other?.gathered).toBe(second.steps[0]?.began);
    expect(statusText(second, time)).toMatch(/git-to-json of app failed: .*nowhere\/gone\.git/);
  });

  it('forgets sources that the project does not have any more, and names those that nothing gathered', async () => {
    const test = world();
    test.sources({ app: test.upstream('app.git').url });
    await test.gather();
    test.sources({ next: test.upstream('app.git').url });
    await test.gather();
    const entries = [{ type: 'fax', name: 'machine', url: 'http://example.org' }];
    writeFileSync(path.join(test.exported, 'data_sources.json'), JSON.stringify(entries));
    const { steps, untouched } = await statusOf(test);
    expect(steps[0]?.sources.map(({ name }) => name)).toEqual(['next']);
    expect(untouched).toEqual([{ name: 'machine', type: 'fax' }]);
  });

  it('keeps no secret, and only a bounded text', async () => {
    const test = world();
    const place = { folder: test.exported, step: 'history-to-json' };
    const runtime = runtimeOf(test);
    const fail = recordStep(place, runtime, async (recorder) => {
      for (let item = 0; item < 100; item++) recorder.incomplete(`item ${item} of hunter22 ${'x'.repeat(10_000)}`);
      recorder.source({ name: 'Q', type: 'quality-time' }, 'incomplete', {
        reasons: new Array(99).fill('https://me:pw@h/'),
      });
    });
    await fail;
    const text = readFileSync(path.join(test.exported, '.status/steps/history-to-json.json'), 'utf8');
    expect(text).not.toMatch(/hunter22|me:pw/);
    expect(text.length).toBeLessThan(5_000);
  });

  it('tells a step that was killed or failed from one that is done', async () => {
    const test = world();
    const runtime = runtimeOf(test);
    const place = { folder: test.exported, step: 'git-to-json' };
    const done = { name: 'app', type: 'git' };
    await recordStep(place, runtime, async (recorder) => recorder.source(done, 'done'));
    let during: unknown;
    const failing = recordStep(place, runtime, async () => {
      during = readStepRecord(place);
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(during).toMatchObject({ sources: [done] });
    expect(during).not.toHaveProperty('ended');
    expect(readStepRecord(place)).toMatchObject({
      outcome: 'failed',
      reasons: ['the disk is full'],
      sources: [{ ...done, outcome: 'done' }],
    });
    expect((await statusOf(test)).ok).toBe(false);
  });

  it('does not stop a step whose record cannot be written or read', async () => {
    const test = world();
    writeFileSync(path.join(test.exported, '.status'), 'no folder');
    test.sources({ app: test.upstream('app.git').url });
    expect((await test.gather()).gathered).toEqual(['app']);
    expect(test.logged).toContain('not recorded');
    expect((await statusOf(test)).steps).toEqual([]);
  });

  it('has what became of the last scrape', async () => {
    const test = world();
    const step = (name: string, code: number): Step => ({ name, run: async () => ({ code }) });
    const lost: Step = { name: 'git-to-json', run: async () => ({ code: 0, failedSources: ['app'] }) };
    await scrapeProject(runtimeOf(test), 'TEST', { steps: [step('preflight', 0), lost, step('export-files', 1)] });
    const status = await statusOf(test);
    expect(status).toMatchObject({ ok: false, run: { kind: 'scrape', code: 1 } });
    expect(statusText(status, time)).toMatch(/^TEST: last scrape .*: failed: git-to-json of app; export-files\n/);
  });

  it('leaves nothing but the records of the last runs', async () => {
    const test = world();
    mkdirSync(path.join(test.exported, '.status/steps'), { recursive: true });
    test.sources({ app: test.upstream('app.git').url });
    for (let run = 0; run < 3; run++) await test.gather();
    expect(readdirSync(path.join(test.exported, '.status'), { recursive: true })).toEqual([
      'steps',
      'steps/git-to-json.json',
    ]);
  });
});
