import { runGit } from '../../git/run.js';
import type { Connection } from './connection.js';

/** What a repository says about itself before anything is fetched. */
export interface Remote {
  /** The default branch, `refs/heads/…`; undefined where HEAD names a commit, or nothing. */
  readonly branch?: string;
  /** The newest commit of the default branch; undefined where the repository is empty. */
  readonly head?: string;
  /** The commit of the tag that was asked for; undefined where there is no such tag. */
  readonly tag?: string;
}

/**
 * Asks a repository for its default branch, and for a tag.
 *
 * @throws {GitError} where it cannot be reached
 */
export async function askRemote(connection: Connection, signal: AbortSignal, tag?: string): Promise<Remote> {
  const names = tag === undefined ? ['HEAD'] : ['HEAD', `refs/tags/${tag}`, `refs/tags/${tag}^{}`];
  const output = await runGit({
    arguments: ['ls-remote', '--symref', '--', connection.url, ...names],
    environment: connection.environment,
    signal,
  });
  const values = new Map(output.split('\n').map((line) => splitLine(line)));
  const branch = values.get('ref: HEAD');
  const head = values.get('HEAD');
  const commit = values.get(`refs/tags/${tag}^{}`) ?? values.get(`refs/tags/${tag}`);
  return {
    ...(branch?.startsWith('refs/heads/') ? { branch } : {}),
    ...(head === undefined ? {} : { head }),
    ...(tag === undefined || commit === undefined ? {} : { tag: commit }),
  };
}

/** `SHA<TAB>NAME`, or `ref: TARGET<TAB>NAME`. */
function splitLine(line: string): readonly [string, string] {
  const [value = '', name = ''] = line.split('\t');
  return value.startsWith('ref: ') ? [`ref: ${name}`, value.slice('ref: '.length)] : [name, value];
}
