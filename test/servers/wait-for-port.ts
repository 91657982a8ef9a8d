import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../until.js';

/** Waits until a program listens on a port of 127.0.0.1. */
export async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  const ready = (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode} before it answered`);
    return answers(port);
  };
  await until(ready, () => `${child.spawnfile} answers on port ${port}`);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
