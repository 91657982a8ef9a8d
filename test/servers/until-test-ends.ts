import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { waitForPort } from './wait-for-port.js';

/** Runs a program that serves a port of 127.0.0.1, from when it answers until the test that asks for it ends. */
export async function serveUntilTestEnds(program: string, words: readonly string[], port: number): Promise<void> {
  const child = spawn(program, words, { stdio: 'ignore' });
  onTestFinished(() => stop(child));
  await waitForPort(port, child);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'close');
  child.kill();
  await ended;
}
