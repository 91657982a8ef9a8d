import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../scraper/commands.js';
import { listFiles } from '../../../src/agent/step-files.js';
import type { PipelineOptions } from '../../../src/pipeline/options.js';
import { hasServer, pipelineSteps, selectPipelineSteps } from '../../../src/pipeline/steps.js';
import { filesOf } from '../../../src/pipeline/tasks.js';
import { documents, tables } from '../../../src/tables/index.js';

function chosen(tasks: string): { files: readonly string[]; trackers: boolean; logged: string } {
  let logged = '';
  const log = pino({ base: null }, { write: (line) => (logged += line) });
  const { files, trackers } = filesOf(tasks.split(','), log);
  return { files: [...files].sort(), trackers, logged };
}

/** All that steps of the pipeline export. */
const exported = listFiles(
  'export',
  pipelineSteps.map(({ name }) => name),
);

describe('filesOf', () => {
  it('has every table and document for all tasks', () => {
    const described = documents.filter(({ kind }) => kind === 'document');
    expect(chosen('all').files).toEqual([...tables, ...described].map(({ file }) => file).sort());
    expect(chosen('all')).toMatchObject({ trackers: true, logged: '' });
    expect(exported.filter((file) => !chosen('all').files.includes(file))).toEqual([]);
  });

  it.each([
    ['sprint', ['data_project.json', 'data_sprint.json'], false],
    ['sprint,update', ['data_project.json', 'data_sprint.json'], true],
    [
      'metrics,-metric_value',
      ['data_metric_defaults.json', 'data_metric_targets.json', 'data_metric_versions.json', 'data_project.json'],
      false,
    ],
  ])('knows %s', (tasks, files, trackers) => {
    expect(chosen(tasks)).toEqual({ files, trackers, logged: '' });
  });

  it('takes away from all of them what comes with a minus', () => {
    const { files, trackers } = chosen('-vcs,-jenkins');
    expect(files).not.toContain('data_vcs_versions.json');
    expect(files).not.toContain('data_jenkins.json');
    expect(files).toContain('data.json');
    expect(trackers).toBe(true);
    expect(chosen('all,developerlink,-vcs,-jenkins').files).toEqual(files);
  });

  it('warns of what is no task, and not of one that only the original has', () => {
    expect(chosen('sprint,developerlink').logged).toContain('original importer alone');
    expect(chosen('sprint,sprnt').logged).toContain('there is no task sprnt');
    expect(chosen('sprint,sprnt').files).toEqual(['data_project.json', 'data_sprint.json']);
  });
});

describe('pipelineSteps', () => {
  it.each(pipelineSteps)('are commands: $name', ({ name }) => {
    expect(commands.map(({ usage }) => usage)).toContain(`${name} <project>`);
  });

  it('have a server to ask, or are left out', () => {
    const step = pipelineSteps.find(({ name }) => name === 'jira-to-json');
    const options = (...jira: readonly string[]): PipelineOptions => ({
      ...{ projects: [], importer: 'gatherer', gathers: true, cleansUp: false, restoreFiles: [] },
      ...{ importerBase: '.', relPath: 'export', exports: '/' },
      words: { jira, trackers: [], dropins: [], importerBuild: [], java: [] },
    });
    if (step === undefined) throw new Error('no Jira');
    const none = { get: () => undefined };
    expect(hasServer(step, { settings: none, options: options() })).toBe(false);
    expect(hasServer(step, { settings: none, options: options('--server', 'https://jira.example.org') })).toBe(true);
    expect(hasServer(step, { settings: { get: () => 'https://jira.example.org' }, options: options() })).toBe(true);
  });
});

describe('selectPipelineSteps', () => {
  const names = (scripts: string | undefined, files: ReadonlySet<string> | undefined) =>
    [...selectPipelineSteps(scripts, files)].map(({ name }) => name);

  it('has those that are named, in the order of the pipeline', () => {
    expect(names('git_to_json.py, ldap-to-json jira_to_json.py', undefined)).toEqual([
      'jira-to-json',
      'git-to-json',
      'ldap-to-json',
    ]);
  });

  it('has those whose files are imported', () => {
    expect(names('', new Set(['data_sprint.json']))).toEqual(['jira-to-json']);
    expect(names(undefined, new Set(['data_tag.json', 'data_seats.json']))).toEqual([
      'environment-sources',
      'git-to-json',
      'seats-to-json',
    ]);
  });

  it('has all where nothing is imported', () => {
    expect(names(undefined, undefined)).toEqual(pipelineSteps.map(({ name }) => name));
  });
});
