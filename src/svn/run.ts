import { ProgramError, type ProgramProcess, startProgram } from '../process/program.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A svn command that failed, was killed or could not be started. Credentials in it are masked. */
export class SvnError extends ProgramError {
  override readonly name = 'SvnError';

  /** Whether svn gave one of these numbers, such as `E160013`, among its errors. */
  has(...codes: readonly string[]): boolean {
    return [...this.stderr.matchAll(/^svn: (?:warning: )?([EW]\d{6}): /gm)].some(([, code]) =>
      codes.includes(code ?? ''),
    );
  }
}

/** How svn reaches one repository. */
export interface SvnConnection {
  /** Without credentials, peg revision and slash at the end. */
  readonly url: string;
  readonly username?: string;
  /** Given to svn through a pipe. */
  readonly password?: string;
  /** Whether any certificate will do. */
  readonly unsafe: boolean;
  /** Configuration of svn and its temporary files, for this connection alone. */
  readonly folder: string;
  /** Environment to start from; see `svnEnvironment` for what becomes of it. */
  readonly environment: Environment;
  /** Command line that reaches the host of a `svn+ssh` URL. */
  readonly sshCommand?: string;
  readonly signal: AbortSignal;
}

export type SvnProcess = ProgramProcess<SvnError>;

/** Minutes that one command may take, which is what agents have always granted one request. */
const longest = 60;

const anyCertificate = '--trust-server-cert-failures=unknown-ca,cn-mismatch,expired,not-yet-valid,other';

/** The environment of svn: in English with names in UTF-8, and with no settings of svn but ours. */
function svnEnvironment({ environment, folder, sshCommand }: SvnConnection): Record<string, string> {
  const ours = { LC_ALL: 'C.UTF-8', TMPDIR: folder, ...(sshCommand === undefined ? {} : { SVN_SSH: sshCommand }) };
  const kept = Object.entries(environment).filter(([name]) => !/^(SVN_|LC_|LANG)/.test(name));
  return Object.fromEntries(
    [...kept, ...Object.entries(ours)].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * Starts svn. Its standard output waits where it is not read; the signal of the connection ends it.
 *
 * @param words subcommand, its options and its targets
 * @param minutes after which it is given up
 */
export function startSvn(connection: SvnConnection, words: readonly string[], minutes = longest): SvnProcess {
  const process = startProgram(
    {
      program: 'svn',
      arguments: [...words.slice(0, 1), ...globalOptions(connection), ...words.slice(1)],
      namedArguments: words,
      environment: svnEnvironment(connection),
      signal: connection.signal,
      // Where svn waits for a server that is silent, it heeds nothing else. It only reads.
      killSignal: 'SIGKILL',
    },
    SvnError,
  );
  process.stdin.end(connection.password === undefined ? undefined : connection.password);
  return { ...process, done: within(minutes, process) };
}

function globalOptions({ folder, username, password, unsafe }: SvnConnection): readonly string[] {
  return [
    '--non-interactive',
    '--no-auth-cache',
    `--config-dir=${folder}`,
    ...(username === undefined ? [] : [`--username=${username}`]),
    ...(password === undefined ? [] : ['--password-from-stdin']),
    ...(unsafe ? [anyCertificate] : []),
  ];
}

function within(minutes: number, process: SvnProcess): Promise<void> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.kill();
  }, minutes * 60_000);
  const done = process.done
    .catch((error: unknown) => {
      throw late ? process.failure(`gave no whole answer within ${minutes} minutes`) : error;
    })
    .finally(() => clearTimeout(timer));
  done.catch(() => undefined);
  return done;
}

/**
 * Reads what svn prints, as it comes, and waits for its end.
 *
 * @throws {SvnError} also where what it prints makes the reader throw
 */
export async function readStream(svn: SvnProcess, read: (chunk: Buffer) => void): Promise<void> {
  let fault: unknown;
  try {
    for await (const chunk of svn.stdout) {
      try {
        read(chunk);
      } catch (error) {
        fault = error;
        break;
      }
    }
  } catch (error) {
    // The pipe breaks where svn is ended early; then its end says why.
    await svn.done;
    throw error;
  }
  if (fault !== undefined) {
    svn.kill();
    throw svn.failure('printed what cannot be read', { cause: fault });
  }
  await svn.done;
}

/**
 * A target for svn: the peg revision keeps an `@` in names from being taken for one, and says which node is meant
 * where different ones had the name.
 */
export function target(url: string, peg: number | 'HEAD'): string {
  return `${url}@${peg}`;
}
