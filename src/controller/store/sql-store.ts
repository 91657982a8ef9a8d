import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { TableDefinition } from '../../tables/definition.js';
import type { Row } from '../../tables/row.js';
import * as agents from './agents.js';
import { insertBigboatStatus } from './bigboat.js';
import type { Driver, Release } from './driver.js';
import { storing } from './error.js';
import { runImport } from './import-transaction.js';
import type { ImportedTableSchema } from './imported-tables.js';
import * as jobs from './jobs.js';
import * as projects from './projects.js';
import type {
  Agent,
  ImportedTable,
  ImportJob,
  ImportTransaction,
  Salts,
  Store,
  Tracker,
  UsernameRule,
} from './store.js';
import * as trackers from './trackers.js';
import { readUsernameRules } from './username-rules.js';

const LOCK_POLL_MILLISECONDS = 50;

/** The lock that a controller holds as long as it lives; its running imports are orphans without it. */
function aliveLock(owner: string): string {
  return `gros controller ${owner}`;
}

/** The store on any server of the PostgreSQL family. */
export class SqlStore implements Store {
  readonly kind: Driver['kind'];

  readonly tables: readonly TableDefinition[];

  /** @param worker this process among the controllers on the database */
  constructor(
    private readonly driver: Driver,
    private readonly dataFolder: string,
    private readonly worker: jobs.Worker,
    private readonly schemas: ReadonlyMap<string, ImportedTableSchema>,
  ) {
    this.kind = driver.kind;
    this.tables = [...schemas.values()].map(({ definition }) => definition);
  }

  /** Shows to other controllers that this one lives; again where the connection that showed it was lost. */
  async announce(): Promise<void> {
    await storing('announce this controller', () => this.driver.tryLock(aliveLock(this.worker.owner)));
  }

  async ping(): Promise<void> {
    await storing('reach the database', () => this.driver.reading.rows('select 1', [], z.unknown()));
  }

  findProject(key: string): Promise<number | undefined> {
    return storing(`look up project ${key}`, () => projects.findProject(this.driver.reading, key));
  }

  ensureProject(key: string): Promise<number> {
    return storing(`add project ${key}`, () => projects.ensureProject(this.driver, key));
  }

  salts(project?: string): Promise<Salts> {
    const whose = project === undefined ? 'all projects' : `project ${project}`;
    return storing(`read the salts of ${whose}`, () => projects.salts(this.driver, project));
  }

  findSalts(project?: string): Promise<Salts | undefined> {
    const whose = project === undefined ? 'all projects' : `project ${project}`;
    return storing(`look up the salts of ${whose}`, () => projects.findSalts(this.driver.reading, project));
  }

  usernameRules(project: string): Promise<readonly UsernameRule[]> {
    return readUsernameRules(this.dataFolder, project);
  }

  findAgent(key: string): Promise<Agent | undefined> {
    return storing(`look up agent ${key}`, () => agents.findAgent(this.driver, key));
  }

  saveAgent(key: string, publicKey: string): Promise<void> {
    return storing(`save agent ${key}`, () => agents.saveAgent(this.driver, key, publicKey));
  }

  allowRekey(key: string): Promise<boolean> {
    return storing(`allow agent ${key} another key`, () => agents.allowRekey(this.driver, key));
  }

  trackers(project: string): Promise<readonly Tracker[]> {
    return storing(`read the update trackers of project ${project}`, () => trackers.trackers(this.driver, project));
  }

  saveTracker(project: string, file: string, contents: string): Promise<void> {
    return storing(`save update tracker ${file} of project ${project}`, () =>
      this.driver.transaction((queries) =>
        trackers.saveTracker(queries, project, { file, contents, updated: new Date() }),
      ),
    );
  }

  async withLock<T>(name: string, waitMilliseconds: number, action: () => Promise<T>): Promise<T | undefined> {
    const release = await storing(`take the lock ${name}`, () => this.#waitForLock(name, waitMilliseconds));
    if (release === undefined) {
      return undefined;
    }
    try {
      return await action();
    } finally {
      await release();
    }
  }

  isLocked(name: string): Promise<boolean> {
    return storing(`look at the lock ${name}`, () => this.driver.isLocked(name));
  }

  insertBigboatStatus(project: string, rows: readonly Row[], source?: string): Promise<void> {
    return storing(`add the BigBoat status of project ${project}`, () =>
      this.driver.transaction((queries) => insertBigboatStatus(queries, project, rows, source)),
    );
  }

  addImport(project: string, agent: string, folder: string): Promise<ImportJob> {
    return storing(`queue the import of project ${project}`, () =>
      this.driver.transaction((queries) => jobs.addJob(queries, this.worker, { project, agent, folder })),
    );
  }

  claimImport(): Promise<ImportJob | undefined> {
    return storing('take an import from the queue', async () => {
      await this.announce();
      return jobs.claimJob(this.driver, this.worker);
    });
  }

  requeueOrphans(): Promise<number> {
    return storing('put orphaned imports back in the queue', () => jobs.requeueOrphans(this.driver, aliveLock));
  }

  runImport(
    job: ImportJob,
    action: (transaction: ImportTransaction) => Promise<readonly ImportedTable[]>,
  ): Promise<void> {
    return storing(`import the export of project ${job.project}`, () =>
      this.driver.transaction((queries) => runImport(queries, this.schemas, { job, owner: this.worker.owner }, action)),
    );
  }

  releaseImport(id: number): Promise<void> {
    return storing(`put import ${id} back in the queue`, () => jobs.releaseJob(this.driver, id, this.worker.owner));
  }

  finishImport(id: number, state: 'failed' | 'done', message?: string): Promise<void> {
    return storing(`finish import ${id}`, () => jobs.finishJob(this.driver, id, state, message));
  }

  retryImports(project?: string): Promise<number> {
    return storing('queue failed imports again', () => jobs.retryJobs(this.driver, project));
  }

  discardImports(project: string, remove: (folder: string) => Promise<void>): Promise<number> {
    return storing(`discard failed imports of project ${project}`, () =>
      this.driver.transaction((queries) => jobs.discardJobs(queries, this.worker, project, remove)),
    );
  }

  imports(project?: string): Promise<readonly ImportJob[]> {
    return storing('list the imports', () => jobs.listJobs(this.driver.reading, project));
  }

  close(): Promise<void> {
    return this.driver.close();
  }

  async #waitForLock(name: string, waitMilliseconds: number): Promise<Release | undefined> {
    const end = Date.now() + waitMilliseconds;
    for (;;) {
      const release = await this.driver.tryLock(name);
      const left = end - Date.now();
      if (release !== undefined || left <= 0) {
        return release;
      }
      await sleep(Math.min(LOCK_POLL_MILLISECONDS, left));
    }
  }
}
