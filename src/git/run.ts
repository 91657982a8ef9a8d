import { type ChildProcess, spawn } from 'node:child_process';
import { devNull } from 'node:os';
import type { Readable, Writable } from 'node:stream';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A git command that failed, was killed or could not be started. Credentials in it are masked. */
export class GitError extends Error {
  override readonly name = 'GitError';

  /**
   * @param command the command line
   * @param exitCode exit status, or null where git was killed or never ran
   * @param stderr the last part of what git wrote to its standard error
   */
  constructor(
    readonly command: string,
    readonly exitCode: number | null,
    readonly stderr: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(stderr === '' ? `${command}: ${reason}` : `${command}: ${reason}: ${stderr}`, options);
  }
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

export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Fulfilled on exit status 0, rejected with a GitError otherwise. Never an unhandled rejection. */
  readonly done: Promise<void>;
  /** Ends git early; `done` is rejected. */
  kill(): void;
  /** The GitError of this command for something that its caller found wrong in its output. */
  failure(reason: string, options?: ErrorOptions): GitError;
}

/** Bytes of standard error that are kept: its end, where git says why it failed. */
const STDERR_TAIL = 8192;

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

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

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

/** The given environment without the variables that would lead git elsewhere, and with ours. */
export function gitEnvironment(environment: Environment): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...environment, ...PINNED_VARIABLES })) {
    const kept = !name.startsWith('GIT_') || KEPT_VARIABLES.test(name) || name in PINNED_VARIABLES;
    if (kept && value !== undefined) result[name] = value;
  }
  return result;
}

/** Hides what is secret in URLs (all before the `@`, but for the login name of ssh) and in authorization headers. */
export function maskCredentials(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s/]*)@/gi, (url, scheme: string, secret: string) =>
      /ssh/i.test(scheme) && !secret.includes(':') ? url : `${scheme}***@`,
    )
    .replace(/(authorization:\s*)[^\r\n]+/gi, '$1***');
}

/** Starts git. Its standard output waits where it is not read; the signal ends it. */
export function startGit(command: GitCommand): GitProcess {
  const pinned = PINNED_CONFIGURATION.flatMap((setting) => ['-c', setting]);
  const folder = command.gitFolder === undefined ? [] : [`--git-dir=${command.gitFolder}`];
  const child = spawn('git', [...folder, ...pinned, ...command.arguments], {
    env: gitEnvironment(command.environment),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const line = maskCredentials(['git', ...folder, ...command.arguments].join(' '));
  const tail = new StderrTail();
  child.stderr.on('data', (chunk: Buffer) => {
    tail.add(chunk);
    command.onStderr?.(chunk);
  });
  // A git that ended early shows in its exit status; the broken pipe to it says nothing more.
  child.stdin.on('error', () => undefined);
  const failure = (reason: string, options?: ErrorOptions) =>
    new GitError(line, child.exitCode, tail.text(), reason, options);
  const kill = () => {
    child.kill();
    // What git's own children hold open, or nobody reads, must not delay the end.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const done = exitOf(child, kill, command.signal, failure);
  done.catch(() => undefined);
  return { stdin: child.stdin, stdout: child.stdout, done, kill, failure };
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
  const chunks: Buffer[] = [];
  let size = 0;
  git.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) git.kill();
  });
  const failed = await git.done.catch((error: unknown) => error);
  if (size > limit) throw git.failure(`printed more than ${limit} bytes`);
  if (failed !== undefined) throw failed;
  return Buffer.concat(chunks).toString('utf8');
}

async function exitOf(
  child: ChildProcess,
  kill: () => void,
  signal: AbortSignal,
  failure: (reason: string, options?: ErrorOptions) => GitError,
): Promise<void> {
  if (signal.aborted) kill();
  signal.addEventListener('abort', kill, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error) => reject(failure(`could not be started (${error.message})`, { cause: error })));
      child.once('close', (code, killedBy) => {
        if (signal.aborted) reject(failure('was stopped', { cause: signal.reason }));
        else if (code !== 0) reject(failure(killedBy ? `was killed by ${killedBy}` : `ended with exit status ${code}`));
        else resolve();
      });
    });
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** The last bytes of standard error, as readable text. */
class StderrTail {
  #bytes: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-STDERR_TAIL);
  }

  text(): string {
    return maskCredentials(this.#bytes.toString('utf8')).trim();
  }
}
