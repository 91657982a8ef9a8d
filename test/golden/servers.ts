import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Simulator } from './case.js';
import { fill, type Placeholders } from './placeholders.js';
import { waitForPort } from '../servers/wait-for-port.js';

const simulators = path.resolve(import.meta.dirname, '../simulators');
const host = '127.0.0.1';
const schemes: Readonly<Record<string, string>> = { svnserve: 'svn', slapd: 'ldap' };

/** A simulator with the address that it keeps for all runs of its case. */
export interface AddressedSimulator extends Simulator {
  readonly port: number;
  /** Its name in placeholders. */
  readonly key: string;
}

export function placeholderKey(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Makes the address of a simulator known as `{{NAME_HOST}}` and `{{NAME_URL}}`. */
export function addressed(simulator: Simulator, port: number, placeholders: Placeholders): AddressedSimulator {
  const key = placeholderKey(simulator.as ?? simulator.name);
  const scheme = schemes[simulator.name] ?? (simulator.tls ? 'https' : 'http');
  placeholders.set(`${key}_HOST`, `${host}:${port}`);
  placeholders.set(`${key}_URL`, `${scheme}://${host}:${port}`);
  return { ...simulator, port, key };
}

export interface ServerFolders {
  /** Where repositories lie, by the name of their server. */
  readonly serve: string;
  /** The input of the run with its placeholders filled. */
  readonly input: string;
  /** Where records of requests go. */
  readonly scratch: string;
}

/** Starts a server and waits until it answers. */
export async function startServer(
  simulator: AddressedSimulator,
  folders: ServerFolders,
  placeholders: Placeholders,
): Promise<ChildProcess> {
  const root = path.join(folders.serve, (simulator.as ?? simulator.name).toLowerCase());
  mkdirSync(root, { recursive: true });
  const child =
    simulator.name === 'svnserve'
      ? spawn('svnserve', [
          '-d',
          '--foreground',
          '--listen-host',
          host,
          '--listen-port',
          String(simulator.port),
          '-r',
          root,
        ])
      : spawn('node', simulatorArguments(simulator, root, folders, placeholders), {
          stdio: ['ignore', 'ignore', 'inherit'],
        });
  await waitForPort(simulator.port, child);
  return child;
}

function simulatorArguments(
  simulator: AddressedSimulator,
  root: string,
  folders: ServerFolders,
  placeholders: Placeholders,
): string[] {
  return [
    path.join(simulators, `${simulator.name}.mjs`),
    ...['--host', host, '--port', String(simulator.port)],
    ...simulator.flags.map((flag) => fill(flag, placeholders)),
    ...(simulator.name === 'git-http' ? ['--root', root] : []),
    ...(simulator.data === undefined ? [] : ['--data', path.join(folders.input, simulator.data)]),
    ...(simulator.record === undefined ? [] : ['--record', path.join(folders.scratch, simulator.record)]),
  ];
}

export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
}
