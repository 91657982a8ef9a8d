import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { restrictAccess } from '../servers/svnserve.js';
import type { GoldenCase, Repository } from './case.js';

/** Makes the repositories of a case that are not there yet, and feeds them what a run adds. */
export function loadRepositories(golden: GoldenCase, run: number, serve: string, env: NodeJS.ProcessEnv): void {
  for (const repository of golden.repositories) {
    const folder = repositoryFolder(repository, serve);
    const isNew = !existsSync(folder);
    mkdirSync(path.dirname(folder), { recursive: true });
    const data = inputOf(golden, repository, run, env);
    if (repository.type === 'git') {
      if (isNew) tool('git', ['init', '-q', '--bare', '-b', repository.head, folder], env);
      if (data !== undefined) tool('git', ['-C', folder, 'fast-import', '--quiet', '--force'], env, data);
    } else {
      if (isNew) tool('svnadmin', ['create', folder], env);
      if (isNew && repository.users !== undefined) restrictAccess(folder, repository.users);
      if (data !== undefined) tool('svnadmin', ['load', '-q', folder], env, data);
    }
  }
}

export function repositoryFolder({ under, path: place }: Repository, serve: string): string {
  return path.join(serve, (under ?? '').toLowerCase(), place);
}

function inputOf(golden: GoldenCase, repository: Repository, run: number, env: NodeJS.ProcessEnv): Buffer | undefined {
  const file =
    repository.input === undefined ? undefined : path.join(golden.folder, 'runs', String(run), repository.input);
  if (file !== undefined && existsSync(file)) return readFileSync(file);
  const [script, ...rest] = repository.generator ?? [];
  return script === undefined ? undefined : tool('node', [path.join(golden.folder, script), ...rest, String(run)], env);
}

function tool(command: string, words: readonly string[], env: NodeJS.ProcessEnv, input?: Buffer): Buffer {
  const result = spawnSync(command, words, { env, maxBuffer: 1 << 30, ...(input === undefined ? {} : { input }) });
  if (result.status !== 0) throw new Error(`${command} ${words.join(' ')}: ${result.error?.message ?? result.stderr}`);
  return result.stdout;
}
