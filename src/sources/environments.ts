import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../config/atomic-file.js';
import { ConfigError } from '../config/errors.js';
import type { Runtime } from '../config/runtime.js';
import { ApiConnections } from '../http/connections.js';
import { DenyList } from '../http/deny-list.js';
import { environments as environmentsTable } from '../tables/catalogue/project.js';
import { canonicalEntry } from './canonical-entry.js';
import { readSourceEntries, writeSourceEntries } from './entries.js';
import { environmentRows, environmentsOf, type KnownEnvironment } from './environment-rows.js';
import { isDenied, resolveLocation } from './location.js';
import type { ProgressDisplay } from './progress-display.js';
import { environmentTypes, findEnvironments } from './registry.js';
import type { ForgeContext } from './repository.js';
import { type RunRecorder, recordStep } from './run-record.js';
import type { SourceEntry } from './source.js';
import { withoutSuffix } from './source-url.js';

export interface EnvironmentOptions {
  readonly project: string;
  readonly followHostChange: boolean;
  readonly progress: ProgressDisplay;
}

/** The part of a run that finding sources needs. */
export type EnvironmentRuntime = Pick<
  Runtime,
  'home' | 'version' | 'environment' | 'credentials' | 'log' | 'redactor' | 'signal'
>;

export interface EnvironmentOutcome {
  /** Names of the sources in whose environment no others could be looked for. */
  readonly failed: readonly string[];
}

const otherEnvironments = z.array(z.looseObject({ type: z.string() }));

/**
 * Looks for further repositories in the groups, teams, organizations and collections of the known ones, and adds them
 * to `data_sources.json`; one with the URL of a known source takes its place. Writes `data_environments.json`. A system
 * that cannot be asked is named in the log and the outcome; what is known of it stays.
 *
 * @throws {ConfigError} where a file that is read is malformed
 */
export function findEnvironmentSources(
  runtime: EnvironmentRuntime,
  options: EnvironmentOptions,
): Promise<EnvironmentOutcome> {
  const folder = path.join(runtime.home, 'export', options.project);
  return recordStep({ folder, step: 'environment-sources' }, runtime, async (recorder) => {
    const connections = new ApiConnections(runtime);
    try {
      await new EnvironmentSearch(runtime, options, connections, recorder).run(folder);
      const failed = recorder.sources.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
      return { failed };
    } finally {
      options.progress.end();
      await connections.close();
    }
  });
}

class EnvironmentSearch {
  constructor(
    private readonly runtime: EnvironmentRuntime,
    private readonly options: EnvironmentOptions,
    private readonly connections: ApiConnections,
    private readonly recorder: RunRecorder,
  ) {}

  async run(folder: string): Promise<void> {
    const known = new SourceList(this);
    for (const entry of readSourceEntries(folder) ?? []) known.add(canonicalEntry(entry));
    for (const environment of this.environmentsOf(known.entries)) {
      for (const entry of await this.search(environment)) known.put(entry);
    }
    this.warnOfDoubles(known.entries);
    await mkdir(folder, { recursive: true });
    await writeSourceEntries(folder, known.entries);
    await this.writeEnvironments(folder, this.environmentsOf(known.entries));
  }

  /** What tells the repository of a source apart: where it is reached, else its URL. */
  addressOf(entry: SourceEntry): string {
    try {
      const context = this.contextOf(entry);
      const finder = findEnvironments(entry, context);
      if (finder?.findSources === undefined) return entry.url;
      const url = finder.addressOf === undefined ? resolveLocation(entry.url, context).url : finder.addressOf(context);
      return url.replace(/\/+$/, '');
    } catch (error) {
      if (error instanceof ConfigError) return entry.url;
      throw error;
    }
  }

  private contextOf(entry: SourceEntry): ForgeContext {
    const { environment, credentials, log, signal } = this.runtime;
    const { followHostChange, progress } = this.options;
    const onProgress = (text: string): void => progress.show(entry.name, text);
    return {
      ...{ entry, environment, credentials, log, signal },
      followHostChange,
      connections: this.connections,
      onProgress,
    };
  }

  private environmentsOf(entries: readonly SourceEntry[]): readonly KnownEnvironment[] {
    return environmentsOf(entries, {
      contextOf: (entry) => this.contextOf(entry),
      finderOf: (context) => findEnvironments(context.entry, context),
      onError: (entry, error) => {
        if (!(error instanceof ConfigError)) throw error;
        this.fail(entry, error);
      },
    });
  }

  private async search({ place, finder, context }: KnownEnvironment): Promise<readonly SourceEntry[]> {
    const { log, environment, signal } = this.runtime;
    const { entry } = context;
    if (finder.findSources === undefined) return [];
    const denyList = DenyList.parse(environment['GATHERER_URL_BLACKLIST']);
    if (!place.inScope) {
      log.info(`No sources are looked for in ${place.url}, to which ${entry.name} does not belong`);
      return [];
    }
    if (isDenied(resolveLocation(entry.url, context), denyList)) return [];
    try {
      const found = await finder.findSources(context);
      log.info(`${place.url} has ${found.length} repositories`);
      this.recorder.source(entry, 'done');
      return found;
    } catch (error) {
      signal.throwIfAborted();
      this.fail(entry, error);
      return [];
    }
  }

  private fail(entry: SourceEntry, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.recorder.sources.some(({ name }) => name === entry.name)) {
      this.recorder.source(entry, 'failed', { reasons: [reason] });
    }
    this.runtime.log.error(`No further sources are looked for beside ${entry.name}: ${reason}`);
  }

  private warnOfDoubles(entries: readonly SourceEntry[]): void {
    const names = new Map<string, string>();
    for (const entry of entries) {
      const finder = findEnvironments(entry, this.contextOf(entry));
      const isServer = finder !== undefined && finder.findSources === undefined;
      if (isServer) continue;
      const repository = withoutSuffix(this.addressOf(entry));
      const other = names.get(repository);
      if (other === undefined) names.set(repository, entry.name);
      else this.runtime.log.warn(`${entry.name} is the repository of ${other} too, whose rows are exported twice`);
    }
  }

  /** Rows of other systems stay as another step has left them. */
  private async writeEnvironments(folder: string, environments: readonly KnownEnvironment[]): Promise<void> {
    const file = path.join(folder, environmentsTable.file);
    const others = (await readRows(file)).filter(({ type }) => !environmentTypes().includes(type));
    const rows = await environmentRows(environments);
    await writeFileAtomically(file, `${JSON.stringify([...others, ...rows])}\n`, 0o644);
  }
}

async function readRows(file: string): Promise<z.output<typeof otherEnvironments>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return [];
  }
  try {
    return otherEnvironments.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(file, 'is not a list of environments; restore it or delete it');
  }
}

/** Sources by the address of their repository, in the order in which they were met. */
class SourceList {
  private readonly byAddress = new Map<string, SourceEntry[]>();

  constructor(private readonly search: Pick<EnvironmentSearch, 'addressOf'>) {}

  get entries(): readonly SourceEntry[] {
    return [...this.byAddress.values()].flat();
  }

  add(entry: SourceEntry): void {
    const address = this.search.addressOf(entry);
    this.byAddress.set(address, [...(this.byAddress.get(address) ?? []), entry]);
  }

  /** Takes the place of those that have the address. */
  put(entry: SourceEntry): void {
    this.byAddress.set(this.search.addressOf(entry), [entry]);
  }
}
