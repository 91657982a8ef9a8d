import type { TableDefinition } from '../../tables/definition.js';
import type { Row } from '../../tables/row.js';

export interface Salts {
  readonly salt: string;
  readonly pepper: string;
}

/** A rule of `secrets.json` that rewrites user names before they are made pseudonymous. */
export interface UsernameRule {
  readonly prefix: string;
  readonly pattern?: string;
  readonly replace?: string;
  readonly mutate?: string;
}

export interface Agent {
  readonly key: string;
  /** OpenSSH form without newline. */
  readonly publicKey: string;
  readonly registered: Date;
  /** An operator allowed the next registration to bring another key. */
  readonly rekeyAllowed: boolean;
}

export interface Tracker {
  readonly file: string;
  readonly contents: string;
  readonly updated: Date;
}

export type ImportState = 'waiting' | 'running' | 'failed' | 'done';

/** What an import did to one table. */
export interface ImportedTable {
  readonly table: string;
  /** Rows of the export. */
  readonly rows: number;
  /** Of them, those that the database did not have. */
  readonly added: number;
  /** Of them, those that the database had with other values. */
  readonly changed: number;
}

/** An export that an agent handed over, and what became of it. */
export interface ImportJob {
  readonly id: number;
  readonly project: string;
  readonly agent: string;
  /** Folder in the controller's data folder that holds the files, moved out of the agent's reach. */
  readonly folder: string;
  readonly state: ImportState;
  readonly message?: string;
  /** The rows are in the database; what may be left is to hand the update trackers back. */
  readonly committed: boolean;
  readonly tables: readonly ImportedTable[];
  readonly created: Date;
  readonly updated: Date;
}

/** What an import may do to the database; all of it in one transaction. */
export interface ImportTransaction {
  /**
   * A later export of the project is in the database already, as when an operator has a failed import repeated: its
   * rows and update trackers win over those of this one.
   */
  readonly superseded: boolean;
  /** Adds rows, or brings those of the same key up to date. */
  writeRows(table: TableDefinition, rows: readonly Row[]): Promise<Omit<ImportedTable, 'table' | 'rows'>>;
  saveTracker(tracker: Tracker): Promise<void>;
  /** Keeps a file that is neither table nor tracker, such as the metadata of the project. */
  saveDocument(document: Tracker): Promise<void>;
}

/** What the controller keeps, whichever SQL server keeps it. All methods reject with StoreError where it cannot be had. */
export interface Store {
  readonly kind: 'pglite' | 'postgresql';
  /** The tables that it imports. */
  readonly tables: readonly TableDefinition[];
  /** Resolves where the store answers. */
  ping(): Promise<void>;
  /** `project_id` of `gros.project`, undefined where the project is not known to the database. */
  findProject(key: string): Promise<number | undefined>;
  ensureProject(key: string): Promise<number>;
  /** Salts of a project, or the global pair of project_id 0 without one; made on first use, the same for all callers. */
  salts(project?: string): Promise<Salts>;
  /** The same pair, but undefined where none was made yet or the project is not known; changes nothing. */
  findSalts(project?: string): Promise<Salts | undefined>;
  usernameRules(project: string): Promise<readonly UsernameRule[]>;
  findAgent(key: string): Promise<Agent | undefined>;
  saveAgent(key: string, publicKey: string): Promise<void>;
  /** False where no such agent is registered. */
  allowRekey(key: string): Promise<boolean>;
  trackers(project: string): Promise<readonly Tracker[]>;
  saveTracker(project: string, file: string, contents: string): Promise<void>;
  /** Runs the action while no other caller, in this process or another, holds the lock; undefined where it stays taken. */
  withLock<T>(name: string, waitMilliseconds: number, action: () => Promise<T>): Promise<T | undefined>;
  isLocked(name: string): Promise<boolean>;
  /** @param source URL of the BigBoat instance, added to `gros.source_environment` where it is not there yet */
  insertBigboatStatus(project: string, rows: readonly Row[], source?: string): Promise<void>;
  addImport(project: string, agent: string, folder: string): Promise<ImportJob>;
  /** Takes the oldest waiting job, so that no other process takes it too. */
  claimImport(): Promise<ImportJob | undefined>;
  /** Puts imports of controllers that died back in the queue; the number of them. */
  requeueOrphans(): Promise<number>;
  /**
   * Runs an import that this process has claimed. When the action resolves, what it did and what it returns are in the
   * database and the job is `committed`; when it rejects, nothing is.
   */
  runImport(
    job: ImportJob,
    action: (transaction: ImportTransaction) => Promise<readonly ImportedTable[]>,
  ): Promise<void>;
  /** Puts a claimed import back in the queue, as at a shutdown. */
  releaseImport(id: number): Promise<void>;
  finishImport(id: number, state: 'failed' | 'done', message?: string): Promise<void>;
  /** Puts failed jobs of a project (or all) back in the queue; the number of them. */
  retryImports(project?: string): Promise<number>;
  /**
   * Ends failed jobs of a project without importing them; the number of them.
   * @param remove takes away the files of one
   */
  discardImports(project: string, remove: (folder: string) => Promise<void>): Promise<number>;
  imports(project?: string): Promise<readonly ImportJob[]>;
  close(): Promise<void>;
}
