import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { requirements } from '../programs.js';
import { until } from '../until.js';

const run = promisify(execFile);

export interface PostgresqlServer {
  /** Makes an empty database; its `DATABASE_URL`. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a private PostgreSQL on a socket in a temporary folder, with nothing but that folder. */
export async function startPostgresql(): Promise<PostgresqlServer> {
  const postgres = requirements.postgres.find();
  if (postgres === undefined) {
    throw new Error('no PostgreSQL server on this machine');
  }
  const user = await unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'gatherer-postgresql-'));
  if (user.uid !== undefined) {
    await chown(folder, user.uid, user.gid);
  }
  const data = join(folder, 'data');
  const initialise = ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  await run(join(dirname(postgres), 'initdb'), initialise, { cwd: folder, ...user });
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'max_connections=60'];
  const server = spawn(postgres, ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    cwd: folder,
    stdio: 'ignore',
    ...user,
  });
  const ended = once(server, 'exit');
  await answering(folder);
  return {
    createDatabase: (name) => createDatabase(folder, name),
    async stop() {
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: then it runs as the user that Debian's package made for it. */
async function unprivileged(): Promise<{ uid: number; gid: number } | { uid?: never; gid?: never }> {
  if (process.getuid?.() !== 0) {
    return {};
  }
  const id = async (option: string): Promise<number> => Number((await run('id', [option, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

async function answering(folder: string): Promise<void> {
  let problem: unknown;
  const asked = () => withClient(folder, 'postgres', (client) => client.query('select 1'));
  const ready = () =>
    asked().then(
      () => true,
      (error: unknown) => {
        problem = error;
        return false;
      },
    );
  await until(ready, () => `PostgreSQL answers; it said ${String(problem)}`);
}

async function createDatabase(folder: string, name: string): Promise<string> {
  await withClient(folder, 'postgres', (client) => client.query(`create database ${pg.escapeIdentifier(name)}`));
  return `postgresql://test@/${name}?host=${encodeURIComponent(folder)}`;
}

async function withClient(folder: string, database: string, action: (client: pg.Client) => Promise<unknown>) {
  const client = new pg.Client({ host: folder, user: 'test', database });
  await client.connect();
  try {
    await action(client);
  } finally {
    await client.end();
  }
}
