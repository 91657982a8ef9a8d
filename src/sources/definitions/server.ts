import type { Row } from '../../tables/row.js';
import type { SourceEntry } from '../source.js';
import type { StepContext } from '../step-source.js';

/** A moment of the definitions of a server. */
export interface Revision {
  /** As tables and trackers have it, in the form of the server. */
  readonly id: string;
  /** In local time, as tables have dates. */
  readonly date: string;
}

/** A metric by which `history-to-json` asks for measurements; fields of `metric_names.json`. */
export interface MetricName {
  readonly base_name: string;
  readonly domain_name: string;
  readonly domain_type: string;
  readonly scale: string;
}

/** A source that a server knows of. */
export interface FoundSource {
  readonly entry: SourceEntry;
  /** Row of `data_source_ids.json`, where the server knows a part of the source. */
  readonly id?: Row;
}

/** What a project has metrics of, and their targets, as of a revision. */
export interface MetricTargets {
  readonly names: ReadonlyMap<string, MetricName>;
  /** Versions in their order, each with the rows that it shows, by the name of their metric. */
  readonly versions: readonly TargetVersion[];
}

export interface TargetVersion {
  /** Row of `data_metric_versions.json`. */
  readonly version: Row;
  readonly targets: Readonly<Record<string, TargetRow>>;
}

/** A row of `data_metric_targets.json` but for the name of the metric and the revision; the tracker keeps it as such. */
export type TargetRow = Readonly<Record<string, string>>;

/** Told that something is left out, while the rest is exported. */
export type OnIncomplete = (reason: string) => void;

/** A server that defines projects: what they consist of, which metrics they have, and what those were. */
export interface DefinitionServer {
  /** As the settings have it. */
  readonly entry: SourceEntry;
  /** @throws {ConfigError} where the text is no moment */
  revision(text?: string): Revision;
  /** Name of the project as people know it, null where it has none; undefined where the server has no such project. */
  displayName(revision: Revision): Promise<string | null | undefined>;
  sources(revision: Revision): AsyncGenerator<FoundSource>;
  /** @param since revision that targets are known of */
  targets(revision: Revision, since: string | undefined, onIncomplete: OnIncomplete): Promise<MetricTargets>;
  /** Rows of `data_metric_defaults.json`. */
  defaults(revision: Revision): Promise<readonly Row[]>;
  /** Whether a metric of a name is one of this server. */
  hasMetric(name: string): boolean;
  /** Rows of `data_metrics.json`. */
  measurements(query: MeasurementQuery, onIncomplete: OnIncomplete): AsyncGenerator<Row>;
}

export interface MeasurementQuery {
  readonly names: ReadonlyMap<string, MetricName | null>;
  readonly revision: Revision;
  readonly since: Since;
}

/** Where measurements begin. */
export interface Since {
  readonly revision?: string;
  /** Whether the revision is what an earlier run came to, whose measurements are known. */
  readonly isTracked: boolean;
}

/** What a server is opened with. */
export interface ServerOptions {
  readonly entry: SourceEntry;
  /** URL to ask; may be another one than that of the entry, and may name a part of the server. */
  readonly url: string;
  /** Long name of the project. */
  readonly projectName: string;
}

/** A product whose servers define projects. */
export interface DefinitionSystem {
  readonly type: string;
  /** @throws {ConfigError} where the URL or an option of its host cannot be used */
  open(context: StepContext, options: ServerOptions): DefinitionServer;
}
