import type { ControllerStore } from '../../src/controller/controller-store.js';
import { StoreError } from '../../src/controller/store/error.js';
import type { Agent, ImportJob, Salts, Tracker, UsernameRule } from '../../src/controller/store/store.js';
import type { Row } from '../../src/tables/row.js';

interface MemoryProject {
  salts?: Salts;
  trackers: Tracker[];
  statuses: Row[];
  sources: Set<string>;
}

/** A store that keeps everything in memory, and can be made to fail. */
export class MemoryStore implements ControllerStore {
  readonly projects = new Map<string, MemoryProject>();
  readonly agents = new Map<string, Agent>();
  readonly jobs: ImportJob[] = [];
  readonly locked = new Set<string>();
  readonly rules = new Map<string, readonly UsernameRule[]>();
  globalSalts: Salts | undefined;
  /** Every call fails. */
  down = false;
  /** Calls that concern locks fail. */
  locksDown = false;

  addProject(key: string, salts?: Salts): MemoryProject {
    const project: MemoryProject = { trackers: [], statuses: [], sources: new Set() };
    if (salts !== undefined) {
      project.salts = salts;
    }
    this.projects.set(key, project);
    return project;
  }

  async ping(): Promise<void> {
    this.#reach('reach the database');
  }

  async findProject(key: string): Promise<number | undefined> {
    this.#reach(`look up project ${key}`);
    const index = [...this.projects.keys()].indexOf(key);
    return index < 0 ? undefined : index + 1;
  }

  async ensureProject(key: string): Promise<number> {
    this.#reach(`add project ${key}`);
    if (!this.projects.has(key)) {
      this.addProject(key);
    }
    return this.projects.size;
  }

  async salts(project?: string): Promise<Salts> {
    const made = { salt: '$2b$12$madesaltmadesaltmadesa', pepper: '$2b$12$madepeppermadepepperma' };
    if (project === undefined) {
      this.globalSalts ??= made;
      return this.globalSalts;
    }
    const found = this.#project(project);
    found.salts ??= made;
    return found.salts;
  }

  async findSalts(project?: string): Promise<Salts | undefined> {
    this.#reach('read salts');
    return project === undefined ? this.globalSalts : this.projects.get(project)?.salts;
  }

  async usernameRules(project: string): Promise<readonly UsernameRule[]> {
    return this.rules.get(project) ?? [];
  }

  async findAgent(key: string): Promise<Agent | undefined> {
    this.#reach(`look up agent ${key}`);
    return this.agents.get(key);
  }

  async saveAgent(key: string, publicKey: string): Promise<void> {
    this.#reach(`save agent ${key}`);
    this.agents.set(key, { key, publicKey, registered: new Date(), rekeyAllowed: false });
  }

  async trackers(project: string): Promise<readonly Tracker[]> {
    this.#reach(`read the update trackers of project ${project}`);
    return this.projects.get(project)?.trackers ?? [];
  }

  async withLock<T>(name: string, _wait: number, action: () => Promise<T>): Promise<T | undefined> {
    this.#reachLocks(`take the lock ${name}`);
    if (this.locked.has(name)) {
      return undefined;
    }
    this.locked.add(name);
    try {
      return await action();
    } finally {
      this.locked.delete(name);
    }
  }

  async isLocked(name: string): Promise<boolean> {
    this.#reachLocks(`look at the lock ${name}`);
    return this.locked.has(name);
  }

  async insertBigboatStatus(project: string, rows: readonly Row[], source?: string): Promise<void> {
    this.#reach(`add the BigBoat status of project ${project}`);
    const found = this.#project(project);
    found.statuses.push(...rows);
    if (source !== undefined) {
      found.sources.add(source);
    }
  }

  async addImport(project: string, agent: string, folder: string): Promise<ImportJob> {
    this.#reach(`queue the import of project ${project}`);
    const now = new Date();
    const id = this.jobs.length + 1;
    const job = { id, project, agent, folder, committed: false, tables: [], created: now, updated: now };
    this.jobs.push({ ...job, state: 'waiting' });
    return { ...job, state: 'waiting' };
  }

  async imports(project?: string): Promise<readonly ImportJob[]> {
    this.#reach('list the imports');
    return this.jobs.filter((job) => project === undefined || job.project === project);
  }

  #project(key: string): MemoryProject {
    this.#reach(`look up project ${key}`);
    const project = this.projects.get(key);
    if (project === undefined) {
      throw new StoreError(`look up project ${key}`, 'it is not there');
    }
    return project;
  }

  #reach(doing: string): void {
    if (this.down) {
      throw new StoreError(doing, 'connection refused');
    }
  }

  #reachLocks(doing: string): void {
    if (this.down || this.locksDown) {
      throw new StoreError(doing, 'connection refused');
    }
  }
}
