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

/**
 * Reads the settings and credentials, which are otherwise read where they are needed, half-way through a scrape.
 *
 * @throws {ConfigError} where one of the files is malformed
 */
export function checkConfiguration(runtime: Runtime): void {
  // These properties read their file on first use.
  void runtime.settings;
  void runtime.credentials;
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

/** Says what went wrong in words; the stack is logged only where someone debugs. */
export function logFailure(log: Logger, error: unknown, what: string): void {
  log.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  log.debug({ err: error }, 'Details of the error above');
}

/**
 * Logs why something failed, and gives the exit code for it.
 *
 * @throws {ConfigError} the error itself where it is one, as that has an exit code of its own
 * @throws the reason of the signal where that was aborted
 */
export function reportFailure(context: Pick<AgentContext, 'log' | 'signal'>, error: unknown, message: string): 1 {
  context.signal.throwIfAborted();
  if (error instanceof ConfigError) {
    throw error;
  }
  logFailure(context.log, error, message);
  return 1;
}
