import { rm } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from '../../git/run.js';
import { connectionTo } from '../../sources/git/connection.js';
import { resolveLocation } from '../../sources/location.js';
import { SharedSsh } from '../../sources/shared-ssh.js';
import { type AgentContext, exportFolder } from '../context.js';
import { sendFiles } from '../export.js';
import type { TransferOptions } from '../transfer.js';
import { type ClonedRepository, repositoriesFolder } from './repositories.js';

/** Branches and tags, whatever was there before. */
const everything = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/**
 * Pushes a repository to a server of GitLab.
 *
 * @param token it reaches git by its credential helper, and stands in no command line
 * @throws {GitError} where it is refused
 */
export async function pushRepository(
  context: AgentContext,
  { gitFolder }: ClonedRepository,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<void> {
  const { runtime, log, signal, project } = context;
  const { credentials, environment } = runtime;
  const resolved = resolveLocation(url, { credentials, environment, followHostChange: false });
  const location = resolved.scheme === 'ssh' ? resolved : { ...resolved, username: 'oauth2', password: token };
  const sharedSsh = new SharedSsh({ environment, signal });
  try {
    const connection = await connectionTo(location, {
      ...{ environment, log, sharedSsh, project },
      repositories: repositoriesFolder(context),
    });
    const words = ['push', '--quiet', '--', connection.url, ...everything];
    await runGit({ gitFolder, environment: connection.environment, signal, arguments: words });
  } finally {
    await sharedSsh.close();
  }
}

/**
 * Sends a repository to the controller, as one file.
 *
 * @returns exit code
 */
export async function sendBundle(
  context: AgentContext,
  { name, gitFolder }: ClonedRepository,
  options: TransferOptions & { readonly dryRun: boolean },
): Promise<number> {
  const { runtime, signal } = context;
  const file = path.join(exportFolder(context), `${name}.bundle`);
  const files = { ...options, export: [], update: [], other: [file] };
  if (options.dryRun) return sendFiles(context, files);
  try {
    const words = ['bundle', 'create', '--quiet', file, '--branches', '--tags'];
    await runGit({ gitFolder, environment: runtime.environment, signal, arguments: words });
    return await sendFiles(context, files);
  } finally {
    await rm(file, { force: true });
  }
}
