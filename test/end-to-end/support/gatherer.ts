import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** The built program, as people run it. */
const program = join(import.meta.dirname, '../../../dist/scraper/gatherer.js');

/** Where and in what surroundings the program runs. */
export interface Place {
  /** Working folder, GATHERER_HOME and HOME. */
  readonly folder: string;
  /** Nothing else but PATH, TZ and those folders is handed to the program. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Words of a command that runs the program, such as one that enters a namespace. */
  readonly within?: readonly string[];
  /** Where its file system is seen from here; empty where it is the same. */
  readonly root?: string;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error in the order of their arrival. */
  readonly output: string;
  readonly child: ChildProcess;
}

/** The program at work. */
export interface Started {
  readonly child: ChildProcess;
  /** What it wrote up to now. */
  output(): string;
  readonly ended: Promise<Ended>;
}

/** Those that still run; a test that fails leaves some. */
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the program. */
export function startGatherer(words: readonly string[], { folder, environment, within = [] }: Place): Started {
  // Whoever enters a namespace is at its root.
  const entering = within.length === 0 ? [] : [...within, 'env', '-C', folder];
  const [file = process.execPath, ...rest] = [...entering, process.execPath, program, ...words];
  const child = spawn(file, rest, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, GATHERER_HOME: folder, TZ: 'UTC', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  running.add(child);
  const closed = once(child, 'close').finally(() => running.delete(child));
  const ended = closed.then(() => ({ code: child.exitCode, signal: child.signalCode, output, child }));
  return { child, output: () => output, ended };
}

/** Runs the program to its end. */
export function runGatherer(words: readonly string[], place: Place): Promise<Ended> {
  return startGatherer(words, place).ended;
}
