import { rm } from 'node:fs/promises';
import type { Row } from '../tables/row.js';
import { locate } from './importer/export-folder.js';
import type { ImportJob, Salts, Store } from './store/store.js';

/** What an operator may ask of a controller. */
export interface Operator {
  /** Lets the next registration of an agent bring another key; false where no such agent is registered. */
  allowRekey(agent: string): Promise<boolean>;
  /** Puts failed imports of a project, or all, back in the queue; the number of them. */
  retryImports(project?: string): Promise<number>;
  /** Ends failed imports of a project for good and removes their files; the number of them. */
  discardImports(project: string): Promise<number>;
  /** Open imports, and the latest finished ones. */
  imports(project?: string): Promise<readonly ImportSummary[]>;
  /** Salts of a project, made where it has none. */
  salts(project: string): Promise<Salts>;
  /**
   * Adds measurements of BigBoat; false where the database does not know the project.
   * @param source URL of the dashboard
   */
  addStatuses(project: string, rows: readonly Row[], source?: string): Promise<boolean>;
}

/** What is shown of an import. Times are in ISO 8601. */
export interface ImportSummary extends Pick<ImportJob, 'id' | 'project' | 'agent' | 'state'> {
  readonly message?: string | undefined;
  readonly created: string;
  readonly updated: string;
}

/** @param retried called when failed imports wait again */
export function storeOperator(
  store: Pick<
    Store,
    'allowRekey' | 'retryImports' | 'discardImports' | 'imports' | 'salts' | 'findProject' | 'insertBigboatStatus'
  >,
  dataFolder: string,
  retried: () => void,
): Operator {
  return {
    allowRekey: (agent) => store.allowRekey(agent),
    async retryImports(project) {
      const count = await store.retryImports(project);
      retried();
      return count;
    },
    discardImports: (project) =>
      store.discardImports(project, (folder) => rm(locate(dataFolder, folder), { recursive: true, force: true })),
    async imports(project) {
      const jobs = await store.imports(project);
      return jobs.map(({ id, project, agent, state, message, created, updated }) => ({
        id,
        project,
        agent,
        state,
        message,
        created: created.toISOString(),
        updated: updated.toISOString(),
      }));
    },
    salts: (project) => store.salts(project),
    async addStatuses(project, rows, source) {
      if ((await store.findProject(project)) === undefined) return false;
      await store.insertBigboatStatus(project, rows, source);
      return true;
    },
  };
}
