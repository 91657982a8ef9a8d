import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config/environment.js';

/** Characters of standard error that are kept, the last ones. */
const keptError = 8_192;
/** Bytes of standard output that {@link runGit} collects. */
const largestOutput = 64 * 1024 * 1024;

/** A command of git that failed. The message ends with what git said. */
export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(
    readonly command: string,
    readonly status: number | null,
    readonly stderr: string,
  ) {
    super(`git ${command} ${status === null ? 'was ended by a signal' : `failed (${status})`}: ${lastLines(stderr)}`);
  }
}

export interface GitOptions {
  /** Folder of the bare repository; none for commands that need no repository. */
  readonly folder?: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Settings of this command alone, `name=value`. Others can see them: no secrets. */
  readonly config?: readonly string[];
  /** Called for each line of standard error, also those that end in a carriage return. */
  readonly onMessage?: (line: string) => void;
}

/** A running command of git. */
export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when git has ended well and all output is read. Rejects with GitError, or with the reason of the abort. */
  readonly finished: Promise<void>;
  /** Ends the command; `finished` then rejects. */
  stop(): void;
}

/** Variables that would make git work on something else than it is told, or ask a person. */
const withheld =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|COMMON_DIR|CEILING_DIRECTORIES|PREFIX|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|TRACE.*|EXTERNAL_DIFF|DIFF_OPTS|QUARANTINE_PATH|TERMINAL_PROMPT|ASKPASS|ALLOW_PROTOCOL|CURL_VERBOSE)$|^SSH_ASKPASS/;

/** Protocols that a repository may be reached by; `ext::` and other remote helpers run commands of their choice. */
const protocols = 'file:git:http:https:ssh';

/**
 * The environment that git gets: no prompts, no other repository, no protocol that runs programs, no notes, grafts or
 * replaced objects, and messages in English, because some are read. libcurl reads the proxy of http only in lower case.
 */
export function gitEnvironment(environment: Environment): Record<string, string> {
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || withheld.test(name) ? [] : [[name, value] as const],
  );
  const proxy = environment['http_proxy'] ?? environment['HTTP_PROXY'];
  return {
    ...Object.fromEntries(kept),
    ...(proxy === undefined ? {} : { http_proxy: proxy }),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_ALLOW_PROTOCOL: protocols,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    LC_ALL: 'C',
  };
}

/** Starts a command of git. The caller reads all of `stdout` and awaits `finished`. */
export function startGit(command: readonly string[], options: GitOptions): GitProcess {
  options.signal.throwIfAborted();
  const place = options.folder === undefined ? [] : [`--git-dir=${options.folder}`];
  const settings = (options.config ?? []).flatMap((setting) => ['-c', setting]);
  const child = spawn('git', ['--no-pager', ...place, ...settings, ...command], {
    env: gitEnvironment(options.environment),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stop = (): void => {
    child.kill('SIGTERM');
  };
  options.signal.addEventListener('abort', stop, { once: true });
  // A command that ends early closes its input; its exit status says why.
  child.stdin.on('error', () => undefined);
  const finished = waitFor(child, command[0] ?? '', options).finally(() => {
    options.signal.removeEventListener('abort', stop);
  });
  finished.catch(() => undefined);
  return { stdin: child.stdin, stdout: child.stdout, finished, stop };
}

function waitFor(child: ChildProcessWithoutNullStreams, command: string, options: GitOptions): Promise<void> {
  const stderr = collectMessages(child.stderr, options.onMessage);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      reject(new GitError(command, null, `git could not be started; is it installed? ${error.message}`));
    });
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(options.signal.aborted ? options.signal.reason : new GitError(command, status, stderr()));
    });
  });
}

/** Reads standard error line by line; what it returns gives the last of them, without the lines of progress. */
function collectMessages(stream: Readable, onMessage: ((line: string) => void) | undefined): () => string {
  let kept = '';
  let rest = '';
  const take = (line: string): void => {
    onMessage?.(line);
    kept = `${kept}${line}\n`.slice(-keptError);
  };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split(/[\r\n]+/);
    rest = (lines.pop() ?? '').slice(-keptError);
    for (const line of lines) if (line !== '') take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
  return () => kept;
}

function lastLines(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line !== '' && !/^(?:remote: )?[A-Z][a-z]+ [a-z]+: +\d+%/.test(line));
  return lines.slice(-6).join('; ') || 'it gave no reason';
}

/**
 * Runs a command of git to its end.
 *
 * @returns its standard output
 * @throws {GitError} where it fails, or gives more than 64 MB
 */
export async function runGit(command: readonly string[], options: GitOptions, input = ''): Promise<string> {
  const git = startGit(command, options);
  git.stdin.end(input);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of git.stdout) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largestOutput) {
      git.stop();
      throw new GitError(command[0] ?? '', null, `it gave more than ${largestOutput} bytes`);
    }
    chunks.push(chunk);
  }
  await git.finished;
  return Buffer.concat(chunks).toString('utf8');
}
