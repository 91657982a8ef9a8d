import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** The image that all tests run. */
export const image = 'gros/data-gathering';

export const root = `${import.meta.dirname}/../../..`;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  /** Standard output and error as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly folder?: string;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, whatever its exit code. */
export async function run(
  program: string,
  words: readonly string[],
  { folder = root, input = '', environment = {} }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(program, [...words], { cwd: folder, env: { ...process.env, ...environment } });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code: Number(code), stdout, output };
}

/** @returns standard output @throws Error with all output where the program fails */
export async function succeed(program: string, words: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, output } = await run(program, words, options);
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}: ${output}`);
  return stdout.trim();
}

/** Runs `docker` to its end, whatever its exit code. */
export function tryDocker(...words: readonly string[]): Promise<Ended> {
  return run('docker', words);
}

/** @returns standard output of `docker` @throws Error where it fails */
export function docker(...words: readonly string[]): Promise<string> {
  return succeed('docker', words);
}

/** Waits until a check gives a value; its last complaint is that of the error otherwise. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined>, seconds = 240): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    let problem = '';
    const value = await check().catch((error: unknown) => {
      problem = String(error);
      return undefined;
    });
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what} ${problem}`);
    await sleep(250);
  }
}

/** Waits until the log of a container has a line that matches, so often. */
export function logged(container: string, pattern: RegExp, times = 1): Promise<string> {
  return eventually(`"${pattern}" in the log of ${container}`, async () => {
    const { output } = await tryDocker('logs', container);
    return [...output.matchAll(new RegExp(pattern, 'g'))].length >= times ? output : undefined;
  }).catch(async (error: unknown) => {
    const { output } = await tryDocker('logs', '--tail', '60', container);
    throw new Error(`${String(error)}\n${output}`);
  });
}

/** Resolves when the health check of a container says so. */
export function healthy(container: string, state = 'healthy'): Promise<true> {
  return eventually(`${container} is ${state}`, async () => {
    const found = await docker('inspect', '--format', '{{.State.Health.Status}}', container);
    return found === state ? true : undefined;
  });
}
