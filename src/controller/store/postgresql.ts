import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Client, Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import type { Logger } from '../../log/logger.js';
import { withoutData } from './database-error.js';
import type { Driver, Parameter, Queries, Release } from './driver.js';
import { firstRow } from './driver.js';
import { Turns } from './turns.js';

const CONNECTIONS = 10;
const CONNECT_MILLISECONDS = 10_000;

/** A user without a host, as in `postgresql://user@/database?host=/run/postgresql`, which URLs do not know. */
const HOSTLESS = /^([a-z]+:\/\/[^/?#]*@)(?=\/)/;

const Taken = z.object({ taken: z.boolean() });

interface Server {
  readonly connectionString: string;
  readonly ssl: ConnectionOptions | false;
}

/**
 * Connects to the PostgreSQL server of `DATABASE_URL`. TLS as its `sslmode` says; without one a server on this host is
 * spoken to in the clear, and any other with its certificate verified.
 * @throws ConfigError where the URL cannot be used
 */
export async function openPostgresql(url: string, log: Logger): Promise<Driver> {
  const pg = await import('pg');
  const options = { ...readServer(url, log), connectionTimeoutMillis: CONNECT_MILLISECONDS, keepAlive: true };
  const pool = new pg.default.Pool({ ...options, max: CONNECTIONS, application_name: 'gatherer controller' });
  pool.on('error', (error) => log.warn({ err: error }, 'lost an idle connection to the database'));
  const connect = (): Client => new pg.default.Client({ ...options, application_name: 'gatherer controller locks' });
  return new PostgresqlDriver(pool, new AdvisoryLocks(connect, log));
}

function readServer(url: string, log: Logger): Server {
  let parsed: URL;
  try {
    parsed = new URL(url.replace(HOSTLESS, '$1localhost'));
  } catch {
    throw new ConfigError(
      'DATABASE_URL',
      'is not a URL; expected postgresql://host:5432/database, with user:password@ before the host',
    );
  }
  if (parsed.protocol !== 'postgresql:' && parsed.protocol !== 'postgres:') {
    throw new ConfigError('DATABASE_URL', `has scheme ${parsed.protocol}//; expected postgresql://`);
  }
  const ssl = readTls(parsed, log);
  for (const option of ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat']) {
    parsed.searchParams.delete(option);
  }
  return { connectionString: parsed.href, ssl };
}

function readTls(url: URL, log: Logger): ConnectionOptions | false {
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const mode = url.searchParams.get('sslmode') ?? (isLocal(host) ? 'disable' : 'verify-full');
  switch (mode) {
    case 'disable':
      if (!isLocal(host)) {
        log.warn({ host }, 'DATABASE_URL has sslmode=disable: the database is reached without encryption');
      }
      return false;
    case 'no-verify':
      log.warn({ host }, 'DATABASE_URL has sslmode=no-verify: the certificate of the database is not verified');
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { ...certificates(url), checkServerIdentity: () => undefined };
    case 'require':
    case 'prefer':
    case 'verify-full':
      return certificates(url);
    default:
      throw new ConfigError(
        'DATABASE_URL',
        `has sslmode ${mode}; expected verify-full, verify-ca, require, no-verify or disable`,
      );
  }
}

function certificates(url: URL): ConnectionOptions {
  const read = (option: string): Buffer | undefined => {
    const file = url.searchParams.get(option);
    try {
      return file === null ? undefined : readFileSync(file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigError('DATABASE_URL', `names a file by ${option} that cannot be read: ${reason}`);
    }
  };
  const [ca, cert, key] = [read('sslrootcert'), read('sslcert'), read('sslkey')];
  return { rejectUnauthorized: true, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function isLocal(host: string): boolean {
  return host === '' || host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);
}

class PostgresqlDriver implements Driver {
  readonly kind = 'postgresql';
  readonly reading: Pick<Queries, 'rows'> = this;

  constructor(
    private readonly pool: Pool,
    private readonly locks: AdvisoryLocks,
  ) {}

  rows<T>(sql: string, parameters: readonly Parameter[], row: z.ZodType<T>): Promise<readonly T[]> {
    return queriesOf(this.pool).rows(sql, parameters, row);
  }

  run(sql: string, parameters?: readonly Parameter[]): Promise<number> {
    return queriesOf(this.pool).run(sql, parameters);
  }

  async transaction<T>(action: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await withoutData(() => this.pool.connect());
    let broken = false;
    const lost = (): void => {
      broken = true;
    };
    client.on('error', lost);
    try {
      await withoutData(() => client.query('begin'));
      const result = await action(queriesOf(client));
      await withoutData(() => client.query('commit'));
      return result;
    } catch (error) {
      await client.query('rollback').catch(lost);
      throw error;
    } finally {
      client.off('error', lost);
      client.release(broken);
    }
  }

  tryLock(name: string): Promise<Release | undefined> {
    return this.locks.tryTake(name);
  }

  async isLocked(name: string): Promise<boolean> {
    const row = await firstRow(
      this,
      `select exists (
         select 1 from pg_locks, (select hashtextextended($1, 0) as key) as wanted
         where locktype = 'advisory' and granted and objsubid = 1
           and database = (select oid from pg_database where datname = current_database())
           and classid = ((key >> 32) & 4294967295)::oid and objid = (key & 4294967295)::oid
       ) as taken`,
      [name],
      Taken,
    );
    return row?.taken === true;
  }

  async close(): Promise<void> {
    await this.locks.close();
    await this.pool.end();
  }
}

/**
 * Advisory locks of this process, all on one connection of their own: the server frees them when the process or its
 * host dies, and waiting for one takes no connection from the pool.
 */
class AdvisoryLocks {
  /** Names with the connection that holds them, undefined while it is asked. */
  readonly #held = new Map<string, Client | undefined>();
  /** A connection takes one statement at a time. */
  readonly #turns = new Turns();
  #client: Promise<Client> | undefined;

  constructor(
    private readonly connect: () => Client,
    private readonly log: Logger,
  ) {}

  async tryTake(name: string): Promise<Release | undefined> {
    if (this.#held.has(name)) {
      return undefined;
    }
    this.#held.set(name, undefined);
    try {
      const client = await this.#session();
      if (await this.#turns.take(() => askForLock(client, name))) {
        this.#held.set(name, client);
        return () => this.#release(name, client);
      }
    } catch (error) {
      this.#held.delete(name);
      throw error;
    }
    this.#held.delete(name);
    return undefined;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client?.catch(() => undefined))?.end();
  }

  async #release(name: string, client: Client): Promise<void> {
    if (this.#held.get(name) !== client) {
      return;
    }
    this.#held.delete(name);
    try {
      await this.#turns.take(() => client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]));
    } catch (error) {
      this.log.debug({ err: error, lock: name }, 'the lock went with its connection');
    }
  }

  #session(): Promise<Client> {
    this.#client ??= this.#open().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #open(): Promise<Client> {
    const client = this.connect();
    client.on('error', (error) => {
      this.log.warn({ err: error }, 'lost the connection to the database that holds the locks');
      this.#client = undefined;
      this.#held.clear();
    });
    await withoutData(() => client.connect());
    return client;
  }
}

async function askForLock(client: Client, name: string): Promise<boolean> {
  const sql = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken';
  return (await firstRow(queriesOf(client), sql, [name], Taken))?.taken === true;
}

function queriesOf(session: Pool | Client | PoolClient): Queries {
  return {
    async rows(sql, parameters, row) {
      const result = await withoutData(() => session.query<Record<string, unknown>>(sql, [...parameters]));
      return row.array().parse(result.rows);
    },
    async run(sql, parameters = []) {
      const result = await withoutData(() => session.query(sql, [...parameters]));
      return result.rowCount ?? 0;
    },
  };
}
