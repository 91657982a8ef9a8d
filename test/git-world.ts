import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import { expect } from 'vitest';
import { z } from 'zod';
import { loadCredentials } from '../src/config/credentials.js';
import type { Environment } from '../src/config/environment.js';
import { loadSettings } from '../src/config/settings.js';
import { Redactor } from '../src/log/redactor.js';
import { createProgressDisplay } from '../src/sources/progress-display.js';
import {
  gatherVersionControl,
  type VersionControlOptions,
  type VersionControlOutcome,
} from '../src/sources/version-control.js';
import { temporaryFolder } from './temporary-folder.js';

const rowsSchema = z.array(z.record(z.string(), z.string()));
export type ExportedRow = z.output<typeof rowsSchema>[number];

const quiet = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

/** A repository upstream, which tests add history to. */
export class Upstream {
  constructor(readonly folder: string) {
    mkdirSync(path.dirname(folder), { recursive: true });
    if (!existsSync(folder)) this.git('init', '-q', '--bare', '-b', 'master', folder);
  }

  get url(): string {
    return `file://${this.folder}`;
  }

  git(...words: readonly string[]): string {
    const place = words[0] === 'init' ? [] : ['-C', this.folder];
    return execFileSync('git', [...place, ...words], { env: { ...process.env, ...quiet }, encoding: 'utf8' }).trim();
  }

  /** Adds a commit with one changed file to a branch; its name. Moments are seconds since 1970. */
  commit(
    message: string,
    options: { branch?: string; from?: string; authored?: number; committed?: number } = {},
  ): string {
    const branch = `refs/heads/${options.branch ?? 'master'}`;
    const committed = options.committed ?? 1_748_764_800;
    const parent = options.from ?? this.tryRevision(branch);
    const stream = [
      `commit ${branch}`,
      `author Anna de Vries <anna@example.org> ${options.authored ?? committed} +0000`,
      `committer Bram Jansen <bram@example.org> ${committed} +0000`,
      `data ${Buffer.byteLength(message)}`,
      message,
      ...(parent === undefined ? [] : [`from ${parent}`]),
      `M 100644 inline ${message.replace(/\W+/g, '-')}.txt`,
      `data ${Buffer.byteLength(message)}`,
      message,
      '',
    ];
    this.import(stream.join('\n'));
    return this.git('rev-parse', branch);
  }

  import(stream: string | Buffer): void {
    execFileSync('git', ['-C', this.folder, 'fast-import', '--quiet', '--force'], { input: stream });
  }

  private tryRevision(name: string): string | undefined {
    try {
      return execFileSync('git', ['-C', this.folder, 'rev-parse', '--verify', '--quiet', name], {
        encoding: 'utf8',
      }).trim();
    } catch {
      return undefined;
    }
  }
}

/** A working directory of the program with one project, TEST. */
export class GitWorld {
  readonly home = temporaryFolder();
  readonly exported = path.join(this.home, 'export', 'TEST');
  readonly repositories = path.join(this.home, 'project-git-repos', 'TEST');
  /** All that was logged, one JSON line per entry. */
  logged = '';

  constructor() {
    mkdirSync(this.exported, { recursive: true });
    writeFileSync(path.join(this.home, 'settings.cfg'), '[projects]\nTEST = Test\n');
    writeFileSync(path.join(this.home, 'credentials.cfg'), '');
  }

  upstream(name: string): Upstream {
    return new Upstream(path.join(this.home, 'upstream', name));
  }

  /** The sources of the project, by name. */
  sources(urls: Readonly<Record<string, string>>, type = 'git'): void {
    const entries = Object.entries(urls).map(([name, url]) => ({ type, name, url }));
    writeFileSync(path.join(this.exported, 'data_sources.json'), JSON.stringify(entries));
  }

  credentials(text: string): void {
    writeFileSync(path.join(this.home, 'credentials.cfg'), text);
  }

  async gather(
    options: Partial<VersionControlOptions> = {},
    variables: Environment = {},
    signal = new AbortController().signal,
  ): Promise<VersionControlOutcome> {
    const files = {
      GATHERER_SETTINGS_FILE: path.join(this.home, 'settings.cfg'),
      GATHERER_CREDENTIALS_FILE: path.join(this.home, 'credentials.cfg'),
    };
    const environment = { ...process.env, ...quiet, ...files, TZ: 'UTC', HOME: this.home, ...variables };
    const write = (line: string): void => {
      this.logged += line;
    };
    const log = pino({ level: 'debug', base: null }, { write });
    const redactor = new Redactor();
    return gatherVersionControl(
      {
        ...{ home: this.home, version: '1.0.0', environment, log, redactor, signal },
        settings: loadSettings(environment, redactor),
        credentials: loadCredentials(environment, redactor),
      },
      {
        ...{
          project: 'TEST',
          repositories: 'project-git-repos',
          followHostChange: true,
          force: false,
          pull: true,
          jobs: 2,
        },
        progress: createProgressDisplay(log, undefined),
        ...options,
      },
    );
  }

  /** Gathers one repository after the other, and is killed when the first one is done. */
  async gatherUntilKilled(): Promise<void> {
    const stop = new AbortController();
    const progress = { show: () => undefined, clear: () => stop.abort(new Error('killed')), end: () => undefined };
    await expect(this.gather({ jobs: 1, progress }, {}, stop.signal)).rejects.toThrow('killed');
    expect(existsSync(path.join(this.exported, 'data_merge_request.json'))).toBe(false);
  }

  rows(table: string): readonly ExportedRow[] {
    return rowsSchema.parse(JSON.parse(readFileSync(path.join(this.exported, `data_${table}.json`), 'utf8')));
  }

  /** First lines of the messages of the exported versions. */
  messages(): readonly string[] {
    return this.rows('vcs_versions').map((row) => (row['message'] ?? '').split('\n')[0] ?? '');
  }

  latest(): Readonly<Record<string, string | number>> {
    const text = readFileSync(path.join(this.exported, 'latest_vcs_versions.json'), 'utf8');
    return z.record(z.string(), z.union([z.string(), z.number()])).parse(JSON.parse(text));
  }

  setLatest(latest: Readonly<Record<string, string | number>>): void {
    writeFileSync(path.join(this.exported, 'latest_vcs_versions.json'), JSON.stringify(latest));
  }

  /** Folders of clones, and what interrupted clones left. */
  clones(): readonly string[] {
    return existsSync(this.repositories) ? readdirSync(this.repositories).sort() : [];
  }

  clone(): string {
    const [name, ...others] = this.clones();
    if (name === undefined || others.length > 0) throw new Error(`not one clone: ${this.clones().join(', ')}`);
    return path.join(this.repositories, name);
  }
}
