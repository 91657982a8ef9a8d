import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '../config/environment.js';
import type { Release } from './release.js';

const run = promisify(execFile);
const DEFAULT_BRANCH = 'master';

/**
 * What runs here: the commit and the main branch of the repository that the program is in, where it is in one.
 * @param folder of the program
 */
export async function findRelease(version: string, folder: string, environment: Environment): Promise<Release> {
  const ask = async (...words: readonly string[]): Promise<string | undefined> => {
    try {
      const { stdout } = await run('git', ['-C', folder, ...words], { env: environment, timeout: 10_000 });
      return stdout.trim() || undefined;
    } catch {
      return undefined;
    }
  };
  const commit = await ask('rev-parse', '--verify', 'HEAD^{commit}');
  const remote = await ask('symbolic-ref', '--short', 'refs/remotes/origin/HEAD');
  const branch = remote?.replace(/^origin\//, '') ?? (await ask('symbolic-ref', '--short', 'HEAD')) ?? DEFAULT_BRANCH;
  return { version, branch, ...(commit !== undefined && { commit }) };
}
