import { describe, expect, it } from 'vitest';
import { runInOrder } from '../../../src/agent/run-in-order.js';
import { selectSteps } from '../../../src/agent/select-steps.js';
import type { Step } from '../../../src/agent/step.js';
import { exchangedSteps } from '../../../src/agent/step-files.js';
import { steps } from '../../../src/agent/steps.js';

const run = async () => ({ code: 0 });
const list: readonly Step[] = [
  { name: 'preflight', run },
  { name: 'project-sources', gathers: 'always', run },
  { name: 'jira-to-json', gathers: 'on request', run },
  { name: 'git-to-json', gathers: 'always', run },
  { name: 'export-files', run },
];

function selected(scripts: string | undefined) {
  const { has, gathered, unknown } = selectSteps(list, scripts);
  return { names: list.filter(has).map(({ name }) => name), gathered, unknown };
}

describe('selectSteps', () => {
  it.each([undefined, '', ' '])('has the steps of every scrape for %j', (scripts) => {
    expect(selected(scripts)).toEqual({
      names: ['preflight', 'project-sources', 'git-to-json', 'export-files'],
      gathered: exchangedSteps,
      unknown: [],
    });
  });

  it.each(['git_to_json.py jira_to_json.py', 'jira-to-json,git-to-json', ' git_to_json.py\n jira-to-json '])(
    'has those that %j names beside those that gather nothing',
    (scripts) => {
      expect(selected(scripts)).toEqual({
        names: ['preflight', 'jira-to-json', 'git-to-json', 'export-files'],
        gathered: ['jira-to-json', 'git-to-json'],
        unknown: [],
      });
    },
  );

  it('tells names that are no step', () => {
    expect(selected('git-to-jason preflight.py')).toMatchObject({ gathered: [], unknown: ['git-to-jason'] });
  });
});

describe('the steps of a scrape', () => {
  it('need only what comes before them', async () => {
    await expect(runInOrder(steps, 1, async () => true)).resolves.toBeUndefined();
  });

  it('gather between the trackers and the export, which wait for all before them', () => {
    const waiting = steps.filter(({ gathers }) => gathers === undefined);
    expect(waiting.map(({ name }) => name)).toEqual([
      ...['generate-key', 'preflight', 'retrieve-update-trackers', 'export-files'],
    ]);
    expect(waiting.filter(({ after }) => after !== undefined)).toEqual([]);
    expect(steps.indexOf(waiting[2] ?? { name: '', run })).toBe(2);
    expect(steps.at(-1)?.name).toBe('export-files');
  });
});
