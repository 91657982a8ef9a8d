import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { loadCredentials } from '../../src/config/credentials.js';
import { Redactor } from '../../src/log/redactor.js';
import { type EnvironmentOutcome, findEnvironmentSources } from '../../src/sources/environments.js';
import { createProgressDisplay } from '../../src/sources/progress-display.js';
import { describeWith, requirements } from '../requirements.js';
import { type GitLabServer, gitlabToken, startGitLab, writeGitLabDataset } from '../servers/gitlab.js';
import { temporaryFolder } from '../temporary-folder.js';

class Search {
  readonly home = temporaryFolder();
  readonly exported = path.join(this.home, 'export', 'TEST');
  logged = '';

  constructor() {
    mkdirSync(this.exported, { recursive: true });
  }

  write(file: string, value: unknown): void {
    writeFileSync(path.join(this.exported, file), JSON.stringify(value));
  }

  read(file: string): unknown {
    return JSON.parse(readFileSync(path.join(this.exported, file), 'utf8'));
  }

  run(credentials: string): Promise<EnvironmentOutcome> {
    const file = path.join(this.home, 'credentials.cfg');
    writeFileSync(file, credentials);
    const environment = { GATHERER_CREDENTIALS_FILE: file };
    const write = (line: string): void => {
      this.logged += line;
    };
    const log = pino({ level: 'debug', base: null }, { write });
    const redactor = new Redactor();
    const shared = { home: this.home, version: '1', environment, log, redactor, signal: new AbortController().signal };
    return findEnvironmentSources(
      { ...shared, credentials: loadCredentials(environment, redactor) },
      { project: 'TEST', followHostChange: true, progress: createProgressDisplay(log, undefined) },
    );
  }
}

/** Three projects of a group; nothing is known of its other projects. */
async function start(): Promise<GitLabServer> {
  const file = writeGitLabDataset(temporaryFolder(), { mergeRequests: 0, notes: 0, pushes: 0, projects: 3 });
  const dataset = { ...JSON.parse(readFileSync(file, 'utf8')), groups: [{ id: 1, full_path: 'group', name: 'Group' }] };
  writeFileSync(file, JSON.stringify(dataset));
  const server = await startGitLab(file);
  onTestFinished(() => server.stop());
  return server;
}

describeWith([requirements.git], 'the step environment-sources', () => {
  it('adds the projects of the group, and leaves what other systems have', async () => {
    const server = await start();
    const search = new Search();
    const other = { type: 'metric_history', name: 'Old', url: 'https://old.example.org/', source_id: 'x' };
    const environment = { type: 'metric_history', url: null, environment: 'https://old.example.org/', version: '2' };
    search.write('data_sources.json', [
      other,
      { type: 'git', name: 'old name', url: `${server.url}/group/project-1/` },
      { type: 'gitlab', name: 'second address', url: `${server.url}/group/project-2.git` },
    ]);
    search.write('data_environments.json', [environment, { ...environment, type: 'gitlab' }]);
    expect(await search.run(`[${server.host}]\ngitlab_token = ${gitlabToken}\n`)).toEqual({ failed: [] });
    const found = (number: number) => ({
      ...{ type: 'gitlab', name: `Project ${number}`, url: `${server.url}/group/project-${number}` },
    });
    expect(search.read('data_sources.json')).toEqual([
      other,
      found(1),
      { type: 'gitlab', name: 'second address', url: `${server.url}/group/project-2.git` },
      found(2),
      found(3),
    ]);
    expect(search.read('data_environments.json')).toEqual([
      environment,
      { type: 'gitlab', url: `${server.url}/group`, environment: [server.url, null, 'group'], version: '16.11.2' },
    ]);
    expect(search.logged).toContain('Project 2 is the repository of second address too');
  });

  it('keeps what is known where the token is wrong, and names the option', async () => {
    const server = await start();
    const search = new Search();
    const known = [{ type: 'gitlab', name: 'known', url: `${server.url}/group/project-1` }];
    search.write('data_sources.json', known);
    expect(await search.run(`[${server.host}]\ngitlab_token = revoked-token\n`)).toEqual({ failed: ['known'] });
    expect(search.read('data_sources.json')).toEqual(known);
    expect(search.read('data_environments.json')).toMatchObject([{ type: 'gitlab', version: '' }]);
    expect(search.logged).toContain(`gitlab_token of [${server.host}]`);
    expect(search.logged).not.toContain('revoked-token');
  });

  it('has nothing to look for without sources', async () => {
    const search = new Search();
    expect(await search.run('')).toEqual({ failed: [] });
    expect(search.read('data_sources.json')).toEqual([]);
    expect(existsSync(path.join(search.exported, 'data_environments.json'))).toBe(true);
  });
});
