import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileExists } from '../agent/context.js';
import { writeFileAtomically } from '../config/atomic-file.js';
import { ConfigError } from '../config/errors.js';
import type { Runtime } from '../config/runtime.js';
import { type CentralStore, openCentralStore } from '../controller/central-store.js';
import { readControllerOptions } from '../controller/options.js';
import { recordFolder } from '../sources/run-record.js';
import { secretsFile } from '../tables/secrets.js';
import type { Importer, ImporterContext } from './importer.js';
import { filesOf, type TaskFiles } from './tasks.js';

/** Imports into the database of the controller, and takes salts and update trackers from it. */
export class OwnImporter implements Importer {
  private readonly secrets: string[] = [];

  private constructor(
    private readonly context: ImporterContext,
    private readonly chosen: TaskFiles,
    private readonly store: CentralStore,
  ) {}

  /** @throws StoreError where the database cannot be had */
  static async open(context: ImporterContext): Promise<OwnImporter> {
    const { runtime, tasks } = context;
    const { words } = context.options;
    if (words.trackers.some((word) => word !== '--skip')) {
      throw new ConfigError(
        'trackerParameters',
        'the trackers come from the database that is imported into; expected nothing, or --skip to start over',
      );
    }
    const { log, signal } = runtime;
    const { dataFolder, databaseUrl } = readControllerOptions({}, runtime.environment, runtime.home);
    const place = { dataFolder, log, signal, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
    return new OwnImporter(context, filesOf(tasks, log), await openCentralStore(place));
  }

  get files(): ReadonlySet<string> {
    return this.chosen.files;
  }

  /** Names of people are made pseudonymous with the salts of the database, where the operator gave no others. */
  async prepare(runtime: Runtime, project: string): Promise<Runtime> {
    if (await fileExists(secretsFile(runtime.home, runtime.environment))) return runtime;
    const folder = join(this.context.options.exports, project, recordFolder);
    const secrets = join(folder, 'secrets.json');
    const variables = join(folder, 'env');
    this.secrets.push(secrets, variables);
    await mkdir(folder, { recursive: true });
    await writeFileAtomically(secrets, await this.store.secrets(project), 0o600);
    const quoted = `'${secrets.replaceAll("'", "'\\''")}'`;
    await writeFileAtomically(variables, `GATHERER_SECRETS_FILE=${quoted}\n`, 0o600);
    return runtime.reread([variables]);
  }

  async placeTrackers(runtime: Runtime, project: string, files: readonly string[]): Promise<number> {
    const folder = join(this.context.options.exports, project);
    const isSkipped = this.context.options.words.trackers.length > 0;
    const kept = isSkipped ? [] : await this.store.trackers(project);
    for (const file of files) {
      const contents = kept.find((tracker) => tracker.file === file)?.contents;
      if (contents === undefined) await rm(join(folder, file), { force: true });
      else await writeFileAtomically(join(folder, file), contents, 0o644);
    }
    runtime.log.info(`${project}: ${kept.length} update trackers are in the database`);
    return 0;
  }

  async run(project: string, trackers: readonly string[]): Promise<void> {
    const folder = join(this.context.options.exports, project);
    const wanted = [...this.chosen.files, ...(this.chosen.trackers ? trackers : [])];
    const found = await Promise.all(wanted.map((file) => fileExists(join(folder, file))));
    const files = wanted.filter((_, index) => found[index]);
    if (files.length === 0) {
      this.context.runtime.log.warn(`${project}: there is nothing to import in ${folder}`);
      return;
    }
    await this.store.import(project, folder, files);
    this.context.runtime.log.info(`${project}: imported ${files.length} files`);
  }

  async close(): Promise<void> {
    await Promise.all(this.secrets.map((file) => rm(file, { force: true })));
    await this.store.close();
  }
}
