import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../unit/config/folder.js';

const program = path.resolve(import.meta.dirname, '../../dist/scraper/gatherer.js');

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function gatherer(
  words: readonly string[],
  folder: string,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const settings = '[projects]\nTEST = Test\n[network]\nTEST = 10.0.0.0/8\n[ssh]\nhost = -\n';

describe('gatherer', () => {
  it('explains itself at once', async () => {
    const times: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const started = performance.now();
      const { code, stdout } = await gatherer(['--help'], temporaryFolder());
      times.push(performance.now() - started);
      expect([code, stdout.includes('git-to-json <project>'), stdout.includes('Examples:')]).toEqual([0, true, true]);
    }
    // The limit is 250 ms; a machine that runs all tests side by side is given more.
    expect(Math.min(...times)).toBeLessThan(1_000);
  });

  it('explains a command, with the options of variables on request', async () => {
    const folder = temporaryFolder();
    const { code, stdout } = await gatherer(['config', '--help'], folder);
    expect([code, stdout.includes('--as'), stdout.includes('--jira-key')]).toEqual([0, true, false]);
    expect((await gatherer(['config', '--help-variables'], folder)).stdout).toContain('--jira-key');
  });

  it.each([
    [[], ''],
    [['gti-to-json', 'TEST'], 'git-to-json'],
    [['nosuch'], 'Unknown command: nosuch'],
    [['config', 'chekc'], 'Choices: "check", "show"'],
    [['config', 'check', '--bogus'], 'Unknown argument: bogus'],
    [['config', 'check', '--log', 'LOUD'], '--log: expected one of DEBUG, INFO'],
    [['config', 'check', '--jira-key'], 'Not enough arguments following: jira-key'],
    [['preflight'], 'Not enough non-option arguments'],
    [['preflight', 'te-st'], '"te-st" is not the key of a project'],
  ])('ends with 2 on %j', async (words, message) => {
    const { code, stderr } = await gatherer(words, temporaryFolder({ 'settings.cfg': settings }));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it.each([
    ['env', 'A=1\nB=$(id)\n', 'env:2: $(…) and backquotes are not executed'],
    ['config/env', 'A="\n', 'config/env:1: the double quote in the value of A is never closed'],
    ['settings.cfg', '[a\nb\n', 'settings.cfg:1: expected a [section]'],
    ['env/pyvenv.cfg', '', 'is it a virtual environment of Python'],
  ])('ends with 2 and a line on a malformed %s', async (file, contents, message) => {
    const { code, stderr } = await gatherer(['config', 'show'], temporaryFolder({ [file]: contents }));
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(message);
  });

  it('puts an option over the environment over the files', async () => {
    const folder = temporaryFolder({ env: 'JIRA_KEY=FILE\nSSH_HOST=file.example\nTEAM_NAME=file\n' });
    const words = ['config', 'show', '--json', '--jira-key', 'FIRST', '--jira-key=OPTION'];
    const { stdout } = await gatherer(words, folder, { JIRA_KEY: 'ENV', SSH_HOST: 'env.example' });
    const values: unknown = JSON.parse(stdout);
    expect(values).toContainEqual({ group: 'variables', name: 'JIRA_KEY', value: 'OPTION', origin: 'command line' });
    expect(values).toContainEqual({
      group: 'variables',
      name: 'SSH_HOST',
      value: 'env.example',
      origin: 'environment',
    });
    expect(values).toContainEqual({ group: 'variables', name: 'TEAM_NAME', value: 'file', origin: `${folder}/env:3` });
  });

  it('checks the configuration: 1 with errors, 0 without', async () => {
    const folder = temporaryFolder({ 'settings.cfg': settings, 'credentials.cfg': '' });
    for (const file of ['settings.cfg', 'credentials.cfg']) chmodSync(path.join(folder, file), 0o600);
    const bad = await gatherer(['config', 'check'], folder, {
      CRON_PERIOD: 'fortnightly',
      GATHERER_URL_BLACKLIST: 'x',
    });
    expect(bad.code).toBe(1);
    for (const place of ['CRON_PERIOD', 'GATHERER_URL_BLACKLIST', 'JIRA_KEY'])
      expect(bad.stdout).toContain(`error   ${place}: `);
    const good = await gatherer(['config', 'check'], folder, { CRON_PERIOD: 'daily', JIRA_KEY: 'TEST' });
    expect([good.code, good.stdout.split('\n').at(-2)]).toEqual([0, expect.stringMatching(/^0 errors/)]);
  });

  it('writes JSON lines where nobody watches', async () => {
    const { stderr } = await gatherer(
      ['preflight', 'TEST', '--no-ssh', '--no-secrets'],
      temporaryFolder({ 'settings.cfg': settings }),
    );
    for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
  });
});
