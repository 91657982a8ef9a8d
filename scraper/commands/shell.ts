import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Runtime } from '../../src/config/runtime.js';
import { defineCommand } from '../command.js';

export const command = defineCommand(
  (yargs) =>
    yargs
      // Several words for one positional argument count as duplicates of it.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('words', {
        describe: 'The command and its arguments, after --',
        array: true,
        type: 'string',
        default: [],
      })
      .example('$0 shell', 'A shell with the environment of the env files')
      .example('$0 shell -- git ls-remote origin', 'One command; its exit code is passed on'),
  // Words after -- follow the name of the command in `_`.
  (runtime, { words, _: [, ...rest] }) => runInside(runtime, [...words, ...rest.map(String)]),
);

/** Runs the words, or a shell where there are none, with the variables in force; resolves to the exit code. */
function runInside(runtime: Runtime, words: readonly string[]): Promise<number> {
  const [program = runtime.environment['SHELL'] ?? '/bin/sh', ...rest] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { env: { ...runtime.environment }, stdio: 'inherit' });
    const stop = () => child.kill('SIGTERM');
    runtime.signal.addEventListener('abort', stop);
    child.on('error', (error) => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      runtime.signal.removeEventListener('abort', stop);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
