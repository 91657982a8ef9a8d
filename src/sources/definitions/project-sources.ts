import { ConfigError } from '../../config/errors.js';
import { environments, sourceIds, sources } from '../../tables/catalogue/project.js';
import { projectSourcesUpdate } from '../../tables/catalogue/quality.js';
import type { TableRow } from '../../tables/definition.js';
import type { Row } from '../../tables/row.js';
import { canonicalEntry } from '../canonical-entry.js';
import { readSourceEntries } from '../entries.js';
import { environmentRows, environmentsOf } from '../environment-rows.js';
import { findEnvironments } from '../registry.js';
import type { SourceEntry } from '../source.js';
import { type StepContext, type StepSource, Unchanged } from '../step-source.js';
import { configuredServers, definitionTypes } from './configured.js';
import type { RevisionOptions } from './revisions.js';
import type { DefinitionServer } from './server.js';
import { DefinitionTracker } from './tracker.js';
import { withoutPassword } from './without-password.js';

const trackerFile = projectSourcesUpdate.file;

/** Finds the sources of a project in its quality reports, in place of those that an earlier run has found. */
export function projectSources(options: RevisionOptions = {}): StepSource {
  return {
    step: 'project-sources',
    types: definitionTypes,
    tables: [sources, environments, sourceIds],
    merged: [sourceIds],
    trackers: [trackerFile],
    async *gather(context, since) {
      const { servers, isConfigured } = configuredServers(context, options.url);
      if (!isConfigured) throw new Unchanged('the settings have no server that knows sources');
      const tracker = DefinitionTracker.parse(trackerFile, since[trackerFile]);
      const asked = await Promise.all(servers.map((server) => ask(context, server, options, tracker)));
      const keepsAll = context.environment['skip_dropin'] === '0';
      const isKept = keepsAll || asked.includes(undefined);
      const kept = isKept ? (readSourceEntries(context.exportFolder) ?? []) : [];
      const found = new FoundSources(kept);
      for (const [index, { entry }] of servers.entries()) {
        for (const source of asked[index] ?? []) found.add(source);
        found.addServer(entry);
      }
      for (const row of [...kept, ...found.added]) yield { table: sources, row: rowOf(row) };
      // Of what an earlier run has found, the step that finds further sources tells the environments.
      for (const row of await rowsOfEnvironments(context, keepsAll ? [...kept, ...found.added] : found.added)) {
        yield { table: environments, row: { ...row } };
      }
      return tracker.isChanged ? { [trackerFile]: String(tracker) } : {};
    },
  };
}

/** @returns undefined where the server could not be asked */
async function ask(
  context: StepContext,
  server: DefinitionServer,
  { toRevision }: RevisionOptions,
  tracker: DefinitionTracker,
): Promise<readonly SourceEntry[] | undefined> {
  const revision = server.revision(toRevision);
  const find = async function* (): AsyncGenerator<TableRow, readonly SourceEntry[]> {
    const found: SourceEntry[] = [];
    for await (const { entry, id } of server.sources(revision)) {
      found.push(canonicalEntry(withoutPassword(entry)));
      if (id !== undefined) yield { table: sourceIds, row: id };
    }
    return found;
  };
  const found = await context.gatherPart(server.entry, find);
  if (found !== undefined) tracker.advance(server.entry, revision);
  return found;
}

/** Sources that are added to known ones: one per address, of which the first stays. */
class FoundSources {
  readonly #addresses: Set<string>;
  readonly #added: SourceEntry[] = [];

  constructor(private readonly known: readonly SourceEntry[]) {
    this.#addresses = new Set(known.map(addressOf));
  }

  get added(): readonly SourceEntry[] {
    return this.#added;
  }

  add(entry: SourceEntry): void {
    if (this.#addresses.has(addressOf(entry))) return;
    this.#addresses.add(addressOf(entry));
    this.#added.push(entry);
  }

  /** A server that knows sources is one itself, by the name that the settings give it, whoever else knows it. */
  addServer(entry: SourceEntry): void {
    const isSame = ({ type, name, url }: SourceEntry) =>
      type === entry.type && name === entry.name && url === entry.url;
    if ([...this.known, ...this.#added].some(isSame)) return;
    this.#addresses.add(addressOf(entry));
    this.#added.push(entry);
  }
}

function rowOf(entry: SourceEntry): Row {
  const fields = Object.entries(entry).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, value] as const],
  );
  return Object.fromEntries(fields);
}

/** Azure DevOps does not look at the case of its paths. */
function addressOf({ type, url }: SourceEntry): string {
  const address = url.replace(/\/+$/, '');
  return type === 'tfs' ? address.toLowerCase() : address;
}

async function rowsOfEnvironments(context: StepContext, entries: readonly SourceEntry[]) {
  const { log } = context;
  const found = environmentsOf(entries, {
    contextOf: (entry) => ({ ...context, entry, followHostChange: true }),
    finderOf: (forge) => findEnvironments(forge.entry, forge),
    onError: ({ name }, error) => {
      if (!(error instanceof ConfigError)) throw error;
      log.warn(`${name} is of no environment that is known: ${error.message}`);
    },
  });
  return environmentRows(found);
}
