import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from '../config/errors.js';
import { parseProjectKey } from '../config/project.js';
import type { Runtime } from '../config/runtime.js';
import type { Logger } from '../log/logger.js';

/** What each thing that an agent does for one project is given. */
export interface AgentContext {
  readonly runtime: Runtime;
  readonly project: string;
  /** Logger of the project, whose records may also go to its log file and to the controller. */
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Keys of the projects that the agent serves, from JIRA_KEY; none where it is empty or `-`. */
export function agentProjects(runtime: Runtime): readonly string[] {
  const keys = (runtime.environment.JIRA_KEY ?? '').split(/\s+/).filter((key) => key !== '' && key !== '-');
  return [...new Set(keys)].map((key) => parseProjectKey(key, 'JIRA_KEY'));
}

/** A path below GATHERER_HOME unless it is absolute; `~` is the home folder of the user. */
export function resolvePath(runtime: Runtime, path: string): string {
  const home = runtime.environment.HOME || homedir();
  return resolve(runtime.home, path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path);
}

export async function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** `export/<PROJECT>` */
export function exportFolder(context: Pick<AgentContext, 'runtime' | 'project'>): string {
  return join(context.runtime.home, 'export', context.project);
}

/** Path of the main private key: the option, else the variable that DEFINITIONS_CREDENTIALS_ENV names. */
export function mainKeyPath(runtime: Runtime, option?: string): string {
  const name = runtime.environment.DEFINITIONS_CREDENTIALS_ENV;
  const named = name === undefined ? undefined : runtime.environment[name];
  return resolvePath(runtime, option || named || '~/.ssh/id_rsa');
}

export function knownHostsPath(runtime: Runtime, option?: string): string {
  return resolvePath(runtime, option || '~/.ssh/known_hosts');
}

/**
 * Logs why something failed, and gives the exit code for it. The stack is logged only where someone debugs.
 *
 * @throws {ConfigError} the error itself where it is one, as that has an exit code of its own
 * @throws the reason of the signal where that was aborted
 */
export function reportFailure(context: Pick<AgentContext, 'log' | 'signal'>, error: unknown, message: string): 1 {
  context.signal.throwIfAborted();
  if (error instanceof ConfigError) {
    throw error;
  }
  context.log.error(`${message}: ${error instanceof Error ? error.message : String(error)}`);
  context.log.debug({ err: error }, 'Details of the error above');
  return 1;
}
