import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  measurementsUpdate,
  metricDefaults,
  metricDefaultsUpdate,
  metricNames,
  metricOptionsUpdate,
  metricTargets,
  metricVersions,
} from '../../tables/catalogue/quality.js';
import type { TableDefinition, TableRow } from '../../tables/definition.js';
import { readRows } from '../../tables/reader.js';
import { type FileContents, type StepContext, type StepSource, Unchanged } from '../step-source.js';
import { configuredServers, definitionTypes } from './configured.js';
import { type MetricNames, readNames } from './history-to-json.js';
import { versionRows } from './metric-differences.js';
import type { RevisionOptions } from './revisions.js';
import type { DefinitionServer, MetricName, OnIncomplete, Revision, TargetRow } from './server.js';
import { DefinitionTracker } from './tracker.js';

const optionsFile = metricOptionsUpdate.file;
const defaultsFile = metricDefaultsUpdate.file;
const measurementsFile = measurementsUpdate.file;
const namesFile = metricNames.file;

export interface MetricOptions extends RevisionOptions {
  /** Whether the targets that metrics have by default are gathered; where it does not say, unless those of the project fail. */
  readonly defaults?: boolean;
}

/** Gathers the metrics of a project with changes of their targets, and the targets that metrics have by default. */
export function metricOptionsToJson(options: MetricOptions = {}): StepSource {
  return {
    step: 'metric-options-to-json',
    types: definitionTypes,
    tables: [metricTargets, metricVersions, ...(options.defaults === false ? [] : [metricDefaults])],
    merged: [metricDefaults],
    trackers: [optionsFile, defaultsFile],
    documents: [namesFile, measurementsFile],
    async *gather(context, since) {
      const { servers } = configuredServers(context, options.url);
      if (servers.length === 0) throw new Unchanged('no server is asked');
      const run = new OptionsRun(context, options, since);
      const done = await Promise.all(servers.map((server) => run.gather(server)));
      if (done.includes(false)) yield* earlierRows(context.exportFolder, [metricTargets, metricVersions]);
      return run.files();
    },
  };
}

/** What has been found of the metrics of one server. */
interface FoundMetrics {
  readonly names: ReadonlyMap<string, MetricName>;
  readonly targets: Readonly<Record<string, TargetRow>>;
  readonly isComplete: boolean;
}

class OptionsRun {
  readonly #options: DefinitionTracker;
  readonly #defaults: DefinitionTracker;
  readonly #measurements: DefinitionTracker;
  readonly #names: MetricNames;
  /** By server, in the order of the settings. */
  readonly #found = new Map<DefinitionServer, FoundMetrics>();

  constructor(
    private readonly context: StepContext,
    private readonly options: MetricOptions,
    since: FileContents,
  ) {
    this.#options = DefinitionTracker.parse(optionsFile, since[optionsFile]);
    this.#defaults = DefinitionTracker.parse(defaultsFile, since[defaultsFile]);
    this.#measurements = DefinitionTracker.parse(measurementsFile, since[measurementsFile]);
    this.#names = readNames(since[namesFile]) ?? {};
  }

  /** @returns whether all of the targets came through */
  async gather(server: DefinitionServer): Promise<boolean> {
    const { entry } = server;
    const revision = server.revision(this.options.toRevision);
    const targets = (onIncomplete: OnIncomplete) => this.#targets(server, revision, onIncomplete);
    const found = await this.context.gatherPart(entry, targets);
    if (this.options.defaults ?? found !== undefined) {
      const part = { ...entry, name: `${entry.name} (defaults)` };
      const known = await this.context.gatherPart(part, () => defaultRows(server, revision));
      if (known !== undefined) this.#defaults.advance(entry, revision);
    }
    if (found === undefined) return false;
    this.#found.set(server, found);
    if (!found.isComplete) return false;
    // What was measured before any of its metrics was known has never been asked for.
    const isFirst = found.names.size > 0 && !Object.keys(this.#names).some((name) => server.hasMetric(name));
    if (isFirst && this.#measurements.versionOf(entry) !== undefined) this.#measurements.forget(entry);
    this.#options.advance(entry, revision);
    return true;
  }

  files(): FileContents {
    this.#keepTargets();
    const names = [...this.#found.values()].flatMap((found) => [...found.names]);
    const changed = [
      [optionsFile, this.#options] as const,
      [defaultsFile, this.#defaults] as const,
      [measurementsFile, this.#measurements] as const,
    ].filter(([, tracker]) => tracker.isChanged);
    return {
      [namesFile]: JSON.stringify({ ...this.#names, ...Object.fromEntries(names) }),
      ...Object.fromEntries(changed.map(([file, tracker]) => [file, String(tracker)])),
    };
  }

  /** A server that is not complete is compared with the same targets again. */
  #keepTargets(): void {
    const complete = [...this.#found].filter(([, { isComplete }]) => isComplete);
    const others = Object.entries(this.#options.targets).filter(([name]) =>
      complete.every(([server]) => !server.hasMetric(name)),
    );
    const found = complete.flatMap(([, { targets }]) => Object.entries(targets));
    this.#options.targets = Object.fromEntries([...others, ...found]);
  }

  async *#targets(
    server: DefinitionServer,
    revision: Revision,
    onIncomplete: OnIncomplete,
  ): AsyncGenerator<TableRow, FoundMetrics> {
    let isComplete = true;
    const since = this.options.fromRevision ?? this.#options.versionOf(server.entry);
    const { names, versions } = await server.targets(revision, since, (reason) => {
      isComplete = false;
      onIncomplete(reason);
    });
    const previous = Object.entries(this.#options.targets).filter(([name]) => server.hasMetric(name));
    const targets = yield* versionRows(versions, Object.fromEntries(previous));
    return { names, targets, isComplete };
  }
}

async function* defaultRows(server: DefinitionServer, revision: Revision): AsyncGenerator<TableRow, number> {
  const rows = await server.defaults(revision);
  for (const row of rows) yield { table: metricDefaults, row };
  return rows.length;
}

/** Rows that an earlier run left: they take the place of what could not be had. */
async function* earlierRows(folder: string, tables: readonly TableDefinition[]): AsyncGenerator<TableRow> {
  for (const table of tables) {
    const file = path.join(folder, table.file);
    if (!existsSync(file)) continue;
    for await (const row of readRows(file)) yield { table, row };
  }
}
