import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';

const program = join(import.meta.dirname, '../../dist/scraper/gatherer.js');
const run = promisify(execFile);

interface Controller {
  readonly folder: string;
  readonly child: ChildProcess;
  /** The line of the log that has the text. */
  logged(text: string): Promise<string>;
}

function startController(...options: readonly string[]): Controller {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'settings.cfg'), '[projects]\nTEST = x\n');
  writeFileSync(join(folder, 'credentials.cfg'), '');
  const words = ['controller', '--listen', '127.0.0.1', '--port', '0', '--ssh-port', '0', ...options];
  const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const find = (text: string): string => lines.find((line) => line.includes(text)) ?? '';
  return {
    folder,
    child,
    async logged(text) {
      await expect.poll(() => find(text), { timeout: 180_000 }).not.toBe('');
      return find(text);
    },
  };
}

it('runs until SIGTERM, listens to its operator, and ends in order', async () => {
  const { folder, child, logged } = startController();
  await logged('The controller runs');
  const operate = (...words: readonly string[]) =>
    run(process.execPath, [program, 'controller', ...words], { cwd: folder });
  await expect(operate('rekey', 'TEST')).rejects.toMatchObject({ code: 1, stdout: 'There is no agent TEST\n' });
  await expect(operate('rekey')).rejects.toMatchObject({ code: 2 });
  await expect(operate('rekey', 'test')).rejects.toMatchObject({ code: 2 });
  expect((await operate('retry')).stdout).toBe('Imports that wait again: 0\n');
  expect((await operate('discard', 'TEST')).stdout).toBe('Failed imports that were discarded: 0\n');
  await expect(operate('discard')).rejects.toMatchObject({ code: 2 });
  expect((await operate('imports')).stdout).toContain('project');
  const start = performance.now();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect((await operate('imports')).stdout).toContain('project');
});

it.each([
  [['--port', '70000'], '--port: expected a port from 0 to 65535'],
  [['--registration', 'closed'], '--registration: expected safe or open'],
  [['--cert', 'c.pem'], '--cert and --key: expected both or neither'],
  [['--names', 'no name'], '--names: "no name" is neither a host name nor an IP address'],
])('refuses %j', async (options, message) => {
  const { child, logged } = startController(...options);
  const exited = once(child, 'exit');
  await logged(message);
  expect(await exited).toEqual([2, null]);
});
