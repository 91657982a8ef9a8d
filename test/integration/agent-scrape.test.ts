import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ProjectReport } from '../../src/agent/report.js';
import { type ScrapeOptions, scrapeProject } from '../../src/agent/scrape.js';
import { ScrapeConflict, Scraper } from '../../src/agent/scraper.js';
import type { ScrapeContext, Step, StepResult } from '../../src/agent/step.js';
import { exchangedData, exchangedTrackers, listFiles } from '../../src/agent/step-files.js';
import { steps } from '../../src/agent/steps.js';
import { createRuntime, type Runtime } from '../../src/config/runtime.js';
import { beginCommit } from '../../src/tables/commit.js';
import { temporaryFolder } from '../temporary-folder.js';
import { until } from '../until.js';
import { readWire } from '../wire.js';

const callSchema = z.object({ argv: z.array(z.string()) });
const wireSchema = z.object({ cases: z.array(z.object({ name: z.string(), python_calls: z.array(callSchema) })) });

/** Calls of the original's scripts, by case. */
const calls = new Map(wireSchema.parse(readWire('scrape-order')).cases.map((wire) => [wire.name, wire.python_calls]));

function stepNames(name: string): readonly string[] {
  return (calls.get(name) ?? []).map(({ argv }) => path.basename(argv[0] ?? '', '.py').replaceAll('_', '-'));
}

interface Home {
  readonly folder: string;
  readonly runtime: Runtime;
  readonly abort: AbortController;
}

function makeHome(variables: Readonly<Record<string, string>> = {}, host = '-'): Home {
  const folder = temporaryFolder();
  const abort = new AbortController();
  const settings = path.join(folder, 'settings.cfg');
  writeFileSync(settings, `[ssh]\nhost = ${host}\nusername = agent-TEST\n[projects]\nTEST = Test\n`);
  mkdirSync(path.join(folder, 'export/TEST'), { recursive: true });
  const runtime = createRuntime({
    commandLine: {},
    process: { HOME: folder, GATHERER_HOME: folder, GATHERER_SETTINGS_FILE: settings, JIRA_KEY: 'TEST', ...variables },
    workingFolder: folder,
    logLevel: 'CRITICAL',
    terminal: false,
    signal: abort.signal,
  });
  return { folder, runtime, abort };
}

function recorder() {
  const ran: string[] = [];
  const step = (
    name: string,
    run: (context: ScrapeContext) => Promise<StepResult> | StepResult = () => ({ code: 0 }),
  ): Step => ({
    name,
    run: async (context) => {
      ran.push(name);
      return run(context);
    },
  });
  return { ran, step };
}

function scrape({ runtime }: Home, list: readonly Step[], options: ScrapeOptions = {}): Promise<ProjectReport> {
  return scrapeProject(runtime, 'TEST', { ...options, steps: list });
}

const logOf = ({ folder }: Home) => readFileSync(path.join(folder, 'export/TEST/scrape.log'), 'utf8');

describe('the order of a scrape', () => {
  it('is that of the original, as far as there are steps', () => {
    const original = stepNames('run');
    // Those that a scrape must be asked for have their own places.
    const own = steps.filter(({ gathers }) => gathers !== 'on request').map(({ name }) => name);
    // The step that gathers from plug-ins has no counterpart; it comes after all others that gather.
    expect(own.filter((name) => !original.includes(name))).toEqual(['gather']);
    expect(own.indexOf('gather')).toBe(own.indexOf('export-files') - 1);
    expect(own.filter((name) => name !== 'gather')).toEqual(original.filter((name) => own.includes(name)));
  });

  it('exchanges the files that the original exchanges, in its order', () => {
    const argv = (script: string) => calls.get('run')?.find((call) => call.argv[0]?.endsWith(script))?.argv ?? [];
    const trackers = argv('retrieve_update_trackers.py');
    expect(trackers.slice(trackers.indexOf('--files') + 1, trackers.indexOf('--log'))).toEqual(exchangedTrackers());
    const exported = argv('export_files.py');
    const update = exported.slice(exported.indexOf('--update') + 1, exported.indexOf('--export'));
    expect(update).toEqual([...listFiles('update', ['preflight']), ...exchangedTrackers()]);
    expect(exported.slice(exported.indexOf('--export') + 1)).toEqual(exchangedData());
  });
});

describe('scrapeProject', () => {
  it('runs the steps in order and tells what they did', async () => {
    const home = makeHome();
    const { ran, step } = recorder();
    const rows = new Map([['data_tag.json', 3]]);
    const report = await scrape(home, [step('a'), step('b', () => ({ code: 0, rows })), step('c')]);
    expect(ran).toEqual(['a', 'b', 'c']);
    expect(report).toMatchObject({
      project: 'TEST',
      code: 0,
      steps: [{ name: 'a' }, { name: 'b', rows }, { name: 'c' }],
    });
    expect(logOf(home)).toMatch(/Process ended with status code 0\n$/);
  });

  it.each([
    ['a step that fails', () => ({ code: 1 })],
    ['a step that rejects', () => Promise.reject(new Error('broken'))],
    [
      'a step that throws outside of its promise',
      () => {
        setImmediate(() => {
          throw new Error('stray');
        });
        return new Promise<StepResult>(() => undefined);
      },
    ],
    [
      'a step that leaves a promise to reject',
      () => {
        void Promise.reject(new Error('unheard'));
        return new Promise<StepResult>(() => undefined);
      },
    ],
  ])('stops at %s, and the process lives on', async (_name, fail) => {
    const home = makeHome();
    const { ran, step } = recorder();
    const report = await scrape(home, [step('a'), step('b', fail), step('c')]);
    expect(ran).toEqual(['a', 'b']);
    expect(report).toMatchObject({ code: 1, steps: [{ code: 0 }, { name: 'b', code: 1 }] });
    expect(logOf(home)).toMatch(/Process ended with status code 1\n$/);
  });

  it('goes on where some sources of a step fail, and fails at the end', async () => {
    const { ran, step } = recorder();
    const report = await scrape(makeHome(), [step('a', () => ({ code: 0, failedSources: ['shop'] })), step('b')]);
    expect(ran).toEqual(['a', 'b']);
    expect(report.code).toBe(1);
  });

  it('runs independent steps side by side, and waits for all before it goes on', async () => {
    const { ran, step } = recorder();
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const waits = step('git', async () => {
      await met;
      return { code: 0, rows: new Map([['data_tag.json', 1]]) };
    });
    const meets = step('history', () => {
      meet();
      return { code: 0 };
    });
    const list = [step('first'), { ...waits, after: ['first'] }, { ...meets, after: ['first'] }, step('last')];
    const report = await scrape(makeHome(), list);
    expect(ran).toEqual(['first', 'git', 'history', 'last']);
    expect(report).toMatchObject({ code: 0, steps: [{}, { name: 'git' }, { name: 'history' }, {}] });
  });

  it('lets a step come to its end beside one that fails, and exports nothing', async () => {
    const { ran, step } = recorder();
    let end: () => void = () => undefined;
    const failed = new Promise<void>((resolve) => (end = resolve));
    const fails = step('metrics', () => {
      setTimeout(end, 20);
      return { code: 1 };
    });
    const lasts = step('git', async () => {
      await failed;
      return { code: 0 };
    });
    const report = await scrape(makeHome(), [{ ...lasts, after: [] }, { ...fails, after: [] }, step('export-files')]);
    expect(ran).toEqual(['git', 'metrics']);
    expect(report).toMatchObject({
      code: 1,
      steps: [
        { name: 'git', code: 0 },
        { name: 'metrics', code: 1 },
      ],
    });
  });

  it('has the steps that gathererScripts names, also where the controller sends it', async () => {
    const home = makeHome();
    const { ran, step } = recorder();
    let gathered: readonly string[] = [];
    const sent = 'gathererScripts="jira-to-json history_to_json.py"\n';
    const brings = step('preflight', () => {
      writeFileSync(path.join(home.folder, 'export/TEST/preflight_env'), sent);
      return { code: 0 };
    });
    const list: readonly Step[] = [
      { ...brings, changesEnvironment: true },
      { ...step('git-to-json'), gathers: 'always' },
      { ...step('jira-to-json'), gathers: 'on request' },
      { ...step('history-to-json'), gathers: 'always', after: ['git-to-json'] },
      step('export-files', (context) => {
        gathered = context.gathered;
        return { code: 0 };
      }),
    ];
    expect(await scrape(home, list)).toMatchObject({ code: 0 });
    expect(ran).toEqual(['preflight', 'jira-to-json', 'history-to-json', 'export-files']);
    expect(gathered).toEqual(['jira-to-json', 'history-to-json']);
  });

  it('reads preflight_env after the step that brings it', async () => {
    const home = makeHome();
    const seen: (string | undefined)[] = [];
    const { step } = recorder();
    const look = (context: ScrapeContext) => {
      seen.push(context.runtime.environment['FROM_PREFLIGHT']);
      return { code: 0 };
    };
    const brings = step('preflight', (context) => {
      writeFileSync(path.join(home.folder, 'export/TEST/preflight_env'), 'FROM_PREFLIGHT=yes\n');
      return look(context);
    });
    await scrape(home, [{ ...brings, changesEnvironment: true }, step('later', look)]);
    expect(seen).toEqual([undefined, 'yes']);
  });

  it('fails where preflight_env is malformed', async () => {
    const home = makeHome();
    writeFileSync(path.join(home.folder, 'export/TEST/preflight_env'), 'no assignment\n');
    const { ran, step } = recorder();
    const report = await scrape(home, [{ ...step('preflight'), changesEnvironment: true }, step('later')]);
    expect([report.code, ran]).toEqual([2, ['preflight']]);
  });

  it('takes the options of preflight from PREFLIGHT_ARGS, or from who asked for the scrape', async () => {
    const seen: unknown[] = [];
    const { step } = recorder();
    const look = step('look', ({ preflight }) => {
      seen.push(preflight);
      return { code: 0 };
    });
    const home = makeHome({ PREFLIGHT_ARGS: '--no-ssh' });
    await scrape(home, [look]);
    await scrape(home, [look], { preflightArguments: '--skip' });
    expect(seen).toEqual([{ ssh: false }, { skip: true }]);
  });

  it('removes clones after a success where cleanupRepos says so', async () => {
    for (const [value, code, stays] of [
      ['true', 0, false],
      ['true', 1, true],
      ['false', 0, true],
    ] as const) {
      const home = makeHome({ cleanupRepos: value });
      const clones = path.join(home.folder, 'project-git-repos/TEST/shop');
      mkdirSync(clones, { recursive: true });
      await scrape(home, [recorder().step('a', () => ({ code }))]);
      expect(existsSync(clones)).toBe(stays);
    }
  });

  it('stops between steps when it is told to', async () => {
    const home = makeHome();
    const { ran, step } = recorder();
    const stops = step('a', () => {
      home.abort.abort(new Error('Stopped by SIGTERM'));
      return { code: 0 };
    });
    expect(await scrape(home, [stops, step('b')])).toMatchObject({ code: 1 });
    expect(ran).toEqual(['a']);
  });
});

describe('update trackers at the start of a scrape', () => {
  const tracker = 'latest_vcs_versions.json';

  it('are removed where the controller keeps them', async () => {
    const home = makeHome({}, 'localhost:1');
    const file = path.join(home.folder, 'export/TEST', tracker);
    const date = path.join(home.folder, 'export/TEST/preflight_date.txt');
    writeFileSync(file, '{}');
    writeFileSync(date, 'x');
    let there = true;
    await scrape(home, [
      recorder().step('a', () => {
        there = existsSync(file);
        return { code: 1 };
      }),
    ]);
    expect(there).toBe(false);
    expect(existsSync(date)).toBe(true);
  });

  it('stay where there is no controller', async () => {
    const home = makeHome();
    const file = path.join(home.folder, 'export/TEST', tracker);
    writeFileSync(file, '{}');
    await scrape(home, []);
    expect(existsSync(file)).toBe(true);
  });

  it('do not come back from a run that was killed while it put its files in place', async () => {
    const home = makeHome({}, 'localhost:1');
    const folder = path.join(home.folder, 'export/TEST');
    // What another process, killed right after it wrote its journal, leaves behind.
    const partial = `.${tracker}.999999999-0123456789ab-1.partial`;
    writeFileSync(path.join(folder, partial), '{"shop": "newer than what was imported"}');
    const journal = await beginCommit(folder, [{ from: partial, to: tracker }]);
    const name = path.basename(journal).replace(/\.\d+-[0-9a-f]{12}-\d+\.commit$/, '.999999999-0123456789ab-2.commit');
    writeFileSync(path.join(folder, name), readFileSync(journal));
    let there = true;
    await scrape(home, [
      recorder().step('a', () => {
        there = existsSync(path.join(folder, tracker)) || existsSync(path.join(folder, partial));
        return { code: 1 };
      }),
    ]);
    expect(there).toBe(false);
  });
});

describe('Scraper', () => {
  it('never has two scrapes at work', async () => {
    const home = makeHome();
    let finish: ((result: StepResult) => void) | undefined;
    const waits = recorder().step('a', () => new Promise<StepResult>((resolve) => (finish = resolve)));
    const scraper = new Scraper(home.runtime, () => undefined, { steps: [waits] });
    const { reports } = await scraper.start();
    expect(scraper.running).toBe(true);
    await expect(scraper.start()).rejects.toThrow(ScrapeConflict);
    await until(
      () => finish !== undefined,
      () => 'the step begins',
    );
    finish?.({ code: 0 });
    expect(await reports).toMatchObject([{ code: 0 }]);
    expect(scraper.running).toBe(false);
    await scraper.idle();
  });

  it('scrapes project after project in order, whether or not one fails', async () => {
    const home = makeHome({ JIRA_KEY: 'TEST OTHER  TEST' });
    const finished: string[] = [];
    const fails = recorder().step('a', ({ project }) => ({ code: project === 'TEST' ? 1 : 0 }));
    const scraper = new Scraper(home.runtime, ({ project }) => finished.push(project), { steps: [fails] });
    const { reports } = await scraper.start();
    expect((await reports).map(({ project, code }) => [project, code])).toEqual([
      ['TEST', 1],
      ['OTHER', 0],
    ]);
    expect(finished).toEqual(['TEST', 'OTHER']);
  });

  it('reads the environment files again at each start', async () => {
    const home = makeHome({ JIRA_KEY: '' });
    const scraper = new Scraper(home.runtime, () => undefined, { steps: [] });
    const env = path.join(home.folder, 'env');
    writeFileSync(env, 'X=1\n');
    await expect(scraper.start()).rejects.toThrow('JIRA_KEY');
    writeFileSync(env, 'not an assignment\n');
    await expect(scraper.start()).rejects.toThrow(env);
    expect(scraper.running).toBe(false);
  });
});
