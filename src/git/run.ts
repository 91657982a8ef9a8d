import { devNull } from 'node:os';
import { ProgramError, type ProgramProcess, readOutput, startProgram } from '../process/program.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A git command that failed, was killed or could not be started. Credentials in it are masked. */
export class GitError extends ProgramError {
  override readonly name = 'GitError';
}

export interface GitCommand {
  /** Arguments after `git`, one string each; no shell sees them. */
  readonly arguments: readonly string[];
  /** Repository that the command works on; left out for `clone`, `ls-remote` and the like. */
  readonly gitFolder?: string;
  /** Environment to start from; see `gitEnvironment` for what becomes of it. */
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Receives what git writes to standard error, such as progress, as it comes. */
  readonly onStderr?: (chunk: Buffer) => void;
}

export type GitProcess = ProgramProcess<GitError>;

/** Git's variables for transport and configuration that a user may set; all others would change what git reads. */
const KEPT_VARIABLES =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|ASKPASS|EXEC_PATH|HTTP_\w+|PROXY_\w+|ALLOW_PROTOCOL|CONFIG_(NOSYSTEM|GLOBAL|SYSTEM|COUNT|(KEY|VALUE)_\d+))$/;

/** Variables that hold git to the objects of this repository, without prompts, in English. */
const PINNED_VARIABLES: Environment = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: devNull,
  GIT_ATTR_NOSYSTEM: '1',
};

/** Git has it, wherever objects are named by SHA-1. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Configuration that would change what git prints, set to git's own defaults; attributes off. */
const PINNED_CONFIGURATION: readonly string[] = [
  'core.quotePath=false',
  'core.bigFileThreshold=512m',
  `core.attributesFile=${devNull}`,
  `attr.tree=${EMPTY_TREE}`,
  'advice.graftFileDeprecated=false',
  'diff.renameLimit=1000',
  'diff.renames=true',
  'log.showSignature=false',
  'log.mailmap=false',
  'color.ui=false',
];

/** A clone without the contents of files would ask its server for what is missing; only those who connect may. */
const noConnections: Environment = { GIT_ALLOW_PROTOCOL: 'none' };

/** The given environment without the variables that would lead git elsewhere, and with ours. */
export function gitEnvironment(environment: Environment): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...noConnections, ...environment, ...PINNED_VARIABLES })) {
    const kept = !name.startsWith('GIT_') || KEPT_VARIABLES.test(name) || name in PINNED_VARIABLES;
    if (kept && value !== undefined) result[name] = value;
  }
  return result;
}

/** Starts git. Its standard output waits where it is not read; the signal ends it. */
export function startGit(command: GitCommand): GitProcess {
  const pinned = PINNED_CONFIGURATION.flatMap((setting) => ['-c', setting]);
  const folder = command.gitFolder === undefined ? [] : [`--git-dir=${command.gitFolder}`];
  return startProgram(
    {
      program: 'git',
      arguments: [...folder, ...pinned, ...command.arguments],
      namedArguments: [...folder, ...command.arguments],
      environment: gitEnvironment(command.environment),
      signal: command.signal,
      onStderr: command.onStderr,
    },
    GitError,
  );
}

/**
 * Runs git to its end and returns what it printed, as UTF-8.
 *
 * @param limit bytes of output above which the command is stopped
 * @throws {GitError}
 */
export async function runGit(command: GitCommand, limit = 64 * 1024 * 1024): Promise<string> {
  const git = startGit(command);
  git.stdin.end();
  return readOutput(git, limit);
}
