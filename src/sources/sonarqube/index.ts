import { mapAhead, streamAhead } from '../../http/ahead.js';
import type { Query } from '../../http/api.js';
import { HttpError, orMissing } from '../../http/errors.js';
import type { LocalTime } from '../../tables/local-time.js';
import type { Row } from '../../tables/row.js';
import { openServer, resolveServer, type ServerContext } from '../definitions/api.js';
import { BrokenItems } from '../definitions/broken-items.js';
import { localClock, readMoment } from '../definitions/moments.js';
import type {
  DefinitionServer,
  DefinitionSystem,
  FoundSource,
  MeasurementQuery,
  MetricName,
  MetricTargets,
  OnIncomplete,
  Revision,
  TargetRow,
} from '../definitions/server.js';
import type { SourceEntry } from '../source.js';
import type { StepContext } from '../step-source.js';
import { type Measure, SonarQubeClient } from './client.js';
import { componentPages } from './environments.js';
import * as rows from './rows.js';
import type { Component, Condition } from './schema.js';

const permission = 'the permission Browse on the projects; the user name may be a token of it, without password';
/** Components that are asked for side by side. */
const width = 8;
/** Types of our sources by the platforms that components are bound to. */
const platforms: ReadonlyMap<string, string> = new Map([
  ['github', 'github'],
  ['azure', 'tfs'],
  ['gitlab', 'gitlab'],
]);

export const sonarQubeSystem: DefinitionSystem = {
  type: 'sonar',
  open: (context, { entry, url, projectName }) => new SonarQubeServer(context, entry, url, projectName),
};

export interface Opened {
  readonly client: SonarQubeClient;
  /** Key of the only component that counts. */
  readonly component: string | undefined;
}

/** @param common part of each query */
export function openClient(url: string, context: ServerContext, common: () => Promise<Query>): Opened {
  const place = resolveServer(url, context, componentPages);
  const client = new SonarQubeClient(openServer(context, 'SonarQube', place, permission), common);
  const keys = place.query.getAll('id');
  return { client, component: keys.length === 1 ? keys[0] || undefined : undefined };
}

class SonarQubeServer implements DefinitionServer {
  readonly #client: SonarQubeClient;
  readonly #component: string | undefined;
  readonly #time: LocalTime;
  #version: Promise<string> | undefined;

  constructor(
    context: StepContext,
    readonly entry: SourceEntry,
    url: string,
    private readonly projectName: string,
  ) {
    const opened = openClient(url, { ...context, followHostChange: true }, () => this.#common());
    this.#client = opened.client;
    this.#component = opened.component;
    this.#time = context.time;
  }

  revision(text?: string): Revision {
    const moment = text === undefined ? Date.now() : readMoment(text, localClock(this.#time), '--to-revision');
    return rows.revisionOf(Math.floor(moment / 1000), this.#time);
  }

  async displayName(): Promise<string | undefined> {
    const organization = await this.#client.organization(this.#component);
    if (organization !== undefined) return organization;
    for await (const { name = '' } of this.#client.components(this.#component)) return name;
    return undefined;
  }

  async *sources(): AsyncGenerator<FoundSource> {
    const names = new Set<string>();
    const components = this.#client.components(this.#component);
    for await (const found of mapAhead(components, width, (component) => this.#sourceOf(component))) {
      if (found === undefined || names.has(found.entry.name)) continue;
      names.add(found.entry.name);
      if (platforms.has(found.platform)) yield { entry: found.entry };
    }
  }

  async targets(revision: Revision, _since: string | undefined, onIncomplete: OnIncomplete): Promise<MetricTargets> {
    const metrics = await this.#metrics(revision);
    const gates = new Gates(this.#client);
    const broken = new BrokenItems(onIncomplete);
    const names = new Map<string, MetricName>();
    const targets: Record<string, TargetRow> = {};
    const ask = async ({ key }: Component) => ({
      key,
      gate: metrics.length === 0 ? [] : await broken.skip(`The quality gate of component ${key}`, gates.of(key)),
    });
    for await (const { key, gate } of mapAhead(this.#client.components(this.#component), width, ask)) {
      for (const metric of metrics) {
        const name = rows.metricNameOf(metric['base_name'] ?? '', key);
        names.set(name, rows.metricName(metric, key));
        if (gate !== undefined) targets[name] = rows.targetRow(metric, key, gate);
      }
    }
    const version = { version_id: revision.id, commit_date: revision.date };
    return { names, versions: [{ version, targets }] };
  }

  async defaults(revision: Revision): Promise<readonly Row[]> {
    return this.#metrics(revision);
  }

  hasMetric(name: string): boolean {
    return !/^[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}$/.test(name);
  }

  async *measurements({ names, revision, since }: MeasurementQuery, onIncomplete: OnIncomplete): AsyncGenerator<Row> {
    const broken = new BrokenItems(onIncomplete);
    const from = since.revision === undefined ? this.revision('1970-01-01 00:00:00') : this.#since(since.revision);
    const known = since.isTracked ? Date.parse(from.id) : Number.NEGATIVE_INFINITY;
    yield* streamAhead(metricsByComponent(names), width, ([component, metrics]) =>
      this.#history({ component, from: from.id, to: revision.id }, metrics, known, broken),
    );
  }

  async *#history(
    query: { readonly component: string; readonly from: string; readonly to: string },
    metrics: readonly string[],
    known: number,
    broken: BrokenItems,
  ): AsyncGenerator<Row> {
    const { component } = query;
    const measures = this.#client.history(query, metrics);
    try {
      for (;;) {
        const next = await broken.skip(`The history of component ${component}`, orMissing(measures.next()));
        if (next === undefined || next.done === true) return;
        yield* this.#rows(component, next.value, known);
      }
    } finally {
      await measures.return(undefined);
    }
  }

  *#rows(component: string, { metric, history }: Measure, known: number): Generator<Row> {
    for (const analysis of history) {
      const isNew = Date.parse(analysis.date) > known;
      const row = isNew ? rows.measurementRow(metric, component, analysis, this.#time) : undefined;
      if (row !== undefined) yield row;
    }
  }

  #since(text: string): Revision {
    const moment = readMoment(text, localClock(this.#time), '--from-revision');
    return rows.revisionOf(Math.floor(moment / 1000), this.#time);
  }

  async #metrics(revision: Revision): Promise<readonly TargetRow[]> {
    const found = new Map<string, TargetRow>();
    for await (const metric of this.#client.metrics()) {
      if (metric.qualitative && !metric.hidden) found.set(metric.key, rows.defaultRow(metric, revision));
    }
    return [...found.values()];
  }

  async #sourceOf({ key, name: shown }: Component) {
    const answer = await orMissing(this.#client.navigation(key));
    if (answer?.alm === undefined || answer.alm === null) return undefined;
    const { alm, name = shown ?? key } = answer;
    return { platform: alm.key, entry: { type: platforms.get(alm.key) ?? alm.key, name, url: alm.url } };
  }

  #askedVersion(): Promise<string> {
    this.#version ??= this.#client.version();
    return this.#version;
  }

  /** SonarCloud, and servers of its age, take the name of the project for that of an organization. */
  async #common(): Promise<Query> {
    const version = await this.#askedVersion().catch(unlessUnreachable);
    const [major = 0, minor = 0, ...rest] = version.split('.').map(Number);
    const isAfter = minor > 0 || rest.some((part) => part > 0);
    return major === 8 && minor < 7 && isAfter ? { organization: this.projectName } : {};
  }
}

/** A server that answers at all may keep its version to itself. */
function unlessUnreachable(error: unknown): string {
  if (error instanceof HttpError && error.status !== undefined) return '';
  throw error;
}

/** Conditions of the quality gates that components have, each gate asked for once. */
class Gates {
  readonly #known = new Map<string, Promise<readonly Condition[]>>();

  constructor(private readonly client: SonarQubeClient) {}

  /** Those of the gate of a component; none where that is the default one. */
  async of(component: string): Promise<readonly Condition[]> {
    const name = await this.client.gateOf(component);
    if (name === undefined) return [];
    const known = this.#known.get(name) ?? this.client.gate(name);
    this.#known.set(name, known);
    return known;
  }
}

/** Metrics that servers keep a history of: those of the code that is new are only known as they are now. */
function metricsByComponent(names: MeasurementQuery['names']): ReadonlyMap<string, readonly string[]> {
  const components = new Map<string, string[]>();
  for (const [name, metric] of names) {
    if (metric === null || name !== rows.metricNameOf(metric.base_name, metric.domain_name)) continue;
    if (metric.base_name.startsWith('new_')) continue;
    const metrics = components.get(metric.domain_name);
    if (metrics === undefined) components.set(metric.domain_name, [metric.base_name]);
    else metrics.push(metric.base_name);
  }
  return components;
}
