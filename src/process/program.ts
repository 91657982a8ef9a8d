import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { maskCredentials } from './mask-credentials.js';

/** A program that failed, was killed or could not be started. Credentials in it are masked. */
export class ProgramError extends Error {
  override readonly name: string = 'ProgramError';

  /**
   * @param command the command line
   * @param exitCode exit status, or null where the program was killed or never ran
   * @param stderr the last part of what it wrote to its standard error
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

/** The error class of one program. */
export type ProgramErrorClass<Failure extends ProgramError> = new (
  ...parameters: ConstructorParameters<typeof ProgramError>
) => Failure;

export interface ProgramCommand {
  /** Found on PATH. */
  readonly program: string;
  /** One string each; no shell sees them. */
  readonly arguments: readonly string[];
  /** Those of the arguments that errors name. */
  readonly namedArguments: readonly string[];
  /** All of the environment that it gets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** What ends it early; SIGTERM where nothing is said. */
  readonly killSignal?: NodeJS.Signals;
  /** Receives what it writes to standard error, such as progress, as it comes. */
  readonly onStderr?: ((chunk: Buffer) => void) | undefined;
}

export interface ProgramProcess<Failure extends ProgramError> {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Fulfilled on exit status 0, rejected with the program's error otherwise. Never an unhandled rejection. */
  readonly done: Promise<void>;
  /** Ends it early; `done` is rejected. */
  kill(): void;
  /** The error of this command for something that its caller found wrong in its output. */
  failure(reason: string, options?: ErrorOptions): Failure;
}

/** Bytes of standard error that are kept: its end, where programs say why they failed. */
const STDERR_TAIL = 8192;

/**
 * Starts a program. Its standard output waits where it is read slowly; the signal ends it. Reading has to begin in the same
 * turn: Node.js throws away what nobody reads of a program that has ended.
 */
export function startProgram<Failure extends ProgramError>(
  command: ProgramCommand,
  Failure: ProgramErrorClass<Failure>,
): ProgramProcess<Failure> {
  const child = spawn(command.program, command.arguments, {
    env: { ...command.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const line = maskCredentials([command.program, ...command.namedArguments].join(' '));
  const tail = new StderrTail();
  child.stderr.on('data', (chunk: Buffer) => {
    tail.add(chunk);
    command.onStderr?.(chunk);
  });
  // A program that ended early shows in its exit status; the broken pipe to it says nothing more.
  child.stdin.on('error', () => undefined);
  const failure = (reason: string, options?: ErrorOptions): Failure =>
    new Failure(line, child.exitCode, tail.text(), reason, options);
  const kill = (): void => {
    child.kill(command.killSignal);
    // What its own children hold open, or nobody reads, must not delay the end.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const done = exitOf(child, kill, command.signal, failure);
  done.catch(() => undefined);
  return { stdin: child.stdin, stdout: child.stdout, done, kill, failure };
}

/**
 * Reads what a program prints, to its end, as UTF-8.
 *
 * @param limit bytes of output above which the program is stopped
 * @throws the program's error
 */
export async function readOutput(process: ProgramProcess<ProgramError>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  process.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) process.kill();
  });
  // It may have ended well before it was stopped.
  const failed = await process.done.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (size > limit) throw process.failure(`printed more than ${limit} bytes`);
  if (failed !== undefined) throw failed.error;
  return Buffer.concat(chunks).toString('utf8');
}

async function exitOf(
  child: ChildProcess,
  kill: () => void,
  signal: AbortSignal,
  failure: (reason: string, options?: ErrorOptions) => ProgramError,
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
