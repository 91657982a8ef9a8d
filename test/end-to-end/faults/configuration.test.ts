import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporarySuiteFolder } from '../../temporary-folder.js';
import { Agent, makeAgent } from '../support/agent.js';
import { expectFailure } from '../support/failure.js';
import { GrowingRepository } from '../support/repository.js';

const folder = temporarySuiteFolder();
const gather = ['git-to-json', 'TEST'];
const nowhere = { port: 1, certificateFile: join(folder, 'none.pem') };
const exported = join('export', 'TEST');
let base: Agent;
let copies = 0;

interface Case {
  readonly name: string;
  readonly file: string;
  readonly contents: string;
  readonly words: readonly string[];
  readonly error: RegExp;
}

const sources = join(exported, 'data_sources.json');
const tracker = join(exported, 'latest_vcs_versions.json');

const cases: readonly Case[] = [
  {
    name: 'env file',
    file: 'env',
    contents: 'JIRA_KEY=TEST\nPASSWORD="hunter2\n',
    words: gather,
    error: /\/env:2: the double quote in the value of PASSWORD is never closed/,
  },
  {
    name: 'env file of an agent',
    file: 'env',
    contents: 'no assignment\n',
    words: ['agent'],
    error: /\/env:1: /,
  },
  {
    name: 'settings',
    file: 'settings.cfg',
    contents: '[projects]\nTEST = Test\n[jira]\npassword hunter2\n',
    words: gather,
    error: /settings\.cfg:4: /,
  },
  {
    name: 'setting of an agent',
    file: 'settings.cfg',
    contents: '[projects]\nTEST = Test\n[ssh]\nhost = no host\n',
    words: ['agent'],
    error: /settings\.cfg:4: option "host" of section \[ssh\]: expected a host name/,
  },
  {
    name: 'credentials',
    file: 'credentials.cfg',
    contents: '[host\npassword = hunter2\n',
    words: gather,
    error: /credentials\.cfg:1: /,
  },
  {
    name: 'credentials of an agent',
    file: 'credentials.cfg',
    contents: '[host\npassword = hunter2\n',
    words: ['agent'],
    error: /credentials\.cfg:1: /,
  },
  {
    name: 'secrets.json, cut short',
    file: 'secrets.json',
    contents: '{"salts": {"salt": "hunter2", "pep',
    words: gather,
    error: /\/secrets\.json: is not JSON; remove it and run generate-key/,
  },
  {
    name: 'secrets.json without a pepper',
    file: 'secrets.json',
    contents: '{"salts": {"salt": "hunter2"}}',
    words: gather,
    error: /\/secrets\.json: .*salts\.pepper.*; remove it and run generate-key/,
  },
  {
    name: 'tracker',
    file: tracker,
    contents: '{"app": ',
    words: gather,
    error: /\/latest_vcs_versions\.json: is no update tracker; expected .*gathered anew/,
  },
  {
    name: 'list of sources, cut short',
    file: sources,
    contents: '[{"type": "git", "na',
    words: gather,
    error: /\/data_sources\.json: is not JSON .*fix or remove it/,
  },
  {
    name: 'source without a URL',
    file: sources,
    contents: '[{"type": "git", "name": "app"}]',
    words: gather,
    error: /\/data_sources\.json: entry 1, url: .*expected \[\{"type": "git"/,
  },
];

/** An agent that has gathered before. */
function copy(): Agent {
  copies += 1;
  const place = join(folder, `agent-${copies}`);
  cpSync(base.folder, place, { recursive: true });
  return new Agent({ folder: place, controller: nowhere, project: 'TEST', repositories: {} });
}

beforeAll(async () => {
  const repository = new GrowingRepository(join(folder, 'app.git'));
  repository.grow(3);
  base = await makeAgent({
    folder: join(folder, 'agent'),
    controller: nowhere,
    project: 'TEST',
    repositories: { app: repository.url },
  });
  expect(await base.run(gather)).toMatchObject({ code: 0 });
  repository.grow(2);
});

describe.concurrent('a malformed file', () => {
  it.each(cases)(
    '$name: is named, with what is wrong, and nothing is lost',
    async ({ file, contents, words, error }) => {
      const agent = copy();
      writeFileSync(join(agent.folder, file), contents);
      const before = await agent.files();
      expectFailure(await agent.run(words), 2, error);
      const { 'scrape.log': _log, ...after } = await agent.files();
      expect(after).toEqual(before);
    },
  );
});

describe.concurrent('a project', () => {
  it.each([
    ['OTHER', /settings\.cfg: project OTHER is not in section \[projects\]; it has TEST/],
    ['../TEST', /"\.\.\/TEST" is not the key of a project/],
  ])('%s, that the settings do not know, is wrong usage', async (key, error) => {
    const agent = copy();
    const before = await agent.files();
    expectFailure(await agent.run(['git-to-json', key]), 2, error);
    expect(await agent.files()).toEqual(before);
  });
});
