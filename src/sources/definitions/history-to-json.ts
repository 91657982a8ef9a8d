import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import { measurementsUpdate, metricNames, metrics } from '../../tables/catalogue/quality.js';
import type { TableRow } from '../../tables/definition.js';
import { type StepContext, type StepSource, Unchanged } from '../step-source.js';
import { configuredServers, definitionTypes } from './configured.js';
import type { RevisionOptions } from './revisions.js';
import type { DefinitionServer, MeasurementQuery, MetricName } from './server.js';
import { DefinitionTracker } from './tracker.js';

const trackerFile = measurementsUpdate.file;
const namesFile = metricNames.file;

const nameSchema = z.object({
  base_name: z.string().default(''),
  domain_name: z.string().default(''),
  domain_type: z.string().default(''),
  scale: z.string().default('count'),
});
export const namesSchema = z.record(z.string(), nameSchema.nullable());
export type MetricNames = Readonly<Record<string, MetricName | null>>;

/** Gathers measurements of the metrics that `metric-options-to-json` has found. */
export function historyToJson(options: RevisionOptions = {}): StepSource {
  return {
    step: 'history-to-json',
    types: definitionTypes,
    tables: [metrics],
    merged: [metrics],
    trackers: [trackerFile],
    documents: [namesFile],
    async *gather(context, since) {
      yield* [];
      const { servers } = configuredServers(context, options.url);
      if (servers.length === 0) throw new Unchanged('no server is asked');
      const names = readNames(since[namesFile]);
      if (names === undefined) throw new Unchanged('no metrics are known; metric-options-to-json finds them');
      const tracker = DefinitionTracker.parse(trackerFile, since[trackerFile]);
      await Promise.all(servers.map((server) => gatherServer(context, server, names, { ...options, tracker })));
      return tracker.isChanged ? { [trackerFile]: String(tracker) } : {};
    },
  };
}

interface ServerOptions extends RevisionOptions {
  readonly tracker: DefinitionTracker;
}

/** A server of which a part cannot be had keeps its tracker, so that the part comes later. */
async function gatherServer(
  context: StepContext,
  server: DefinitionServer,
  names: MetricNames,
  { fromRevision, toRevision, tracker }: ServerOptions,
): Promise<void> {
  const { entry } = server;
  const tracked = tracker.versionOf(entry);
  const revision = server.revision(toRevision);
  const since = fromRevision ?? tracked;
  const query: MeasurementQuery = {
    names: new Map(Object.entries(names).filter(([name]) => server.hasMetric(name))),
    revision,
    since: { ...(since === undefined ? {} : { revision: since }), isTracked: fromRevision === undefined },
  };
  const done = await context.gatherPart(entry, (onIncomplete) => measure(server, query, onIncomplete));
  if (done?.isComplete !== true) return;
  // Nothing was asked for: what there may be of metrics that come to be known is not to be passed over.
  if (query.names.size > 0 || tracked === undefined) tracker.advance(entry, revision);
}

async function* measure(
  server: DefinitionServer,
  query: MeasurementQuery,
  onIncomplete: (reason: string) => void,
): AsyncGenerator<TableRow, { readonly isComplete: boolean }> {
  let isComplete = true;
  const measurements = server.measurements(query, (reason) => {
    isComplete = false;
    onIncomplete(reason);
  });
  for await (const row of measurements) yield { table: metrics, row };
  return { isComplete };
}

/** @throws {ConfigError} where they are malformed */
export function readNames(text: string | undefined): MetricNames | undefined {
  if (text === undefined) return undefined;
  try {
    return namesSchema.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(namesFile, 'does not hold names of metrics; delete it and run metric-options-to-json');
  }
}
