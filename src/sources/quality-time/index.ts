import { mapAhead } from '../../http/ahead.js';
import { orMissing } from '../../http/errors.js';
import type { LocalTime } from '../../tables/local-time.js';
import type { Row } from '../../tables/row.js';
import { openServer, resolveServer, type ServerContext } from '../definitions/api.js';
import { BrokenItems } from '../definitions/broken-items.js';
import { readMoment, utcClock } from '../definitions/moments.js';
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
  TargetVersion,
} from '../definitions/server.js';
import type { SourceEntry } from '../source.js';
import { type DataModel, QualityTimeClient } from './client.js';
import { reportPages } from './environments.js';
import * as rows from './rows.js';
import { metricSchema, type Report, sourceSchema, subjectSchema } from './schema.js';
import { subjectSources } from './sources.js';

const uuid = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/;
const permission = 'access to Quality-time, where a proxy in front of it asks for one';
/** Metrics that are asked for side by side. */
const width = 8;

export const qualityTimeSystem: DefinitionSystem = {
  type: 'quality-time',
  open: (context, { entry, url }) =>
    new QualityTimeServer(entry, openClient(url, { ...context, followHostChange: true }), context.time),
};

interface Opened {
  readonly client: QualityTimeClient;
  /** UUID of the only report that counts; empty for all of them. */
  readonly report: string;
}

export function openClient(url: string, context: ServerContext): Opened {
  const place = resolveServer(url, context, reportPages);
  const client = new QualityTimeClient(openServer(context, 'Quality-time', place, permission), context.log);
  return { client, report: reportPages.exec(url.replace(/[?#].*$/s, ''))?.[0].replaceAll('/', '') ?? '' };
}

class QualityTimeServer implements DefinitionServer {
  readonly #client: QualityTimeClient;
  readonly #report: string;
  #model: { readonly id: string; readonly answer: Promise<DataModel> } | undefined;

  constructor(
    readonly entry: SourceEntry,
    { client, report }: Opened,
    private readonly time: LocalTime,
  ) {
    this.#client = client;
    this.#report = report;
  }

  revision(text?: string): Revision {
    const moment = text === undefined ? Date.now() : readMoment(text, utcClock, '--to-revision');
    return rows.revisionOf(moment, this.time);
  }

  async displayName({ id }: Revision): Promise<string | null | undefined> {
    const [first] = await this.#client.reports(id, this.#report);
    return first === undefined ? undefined : (first.title ?? (first.title === null ? null : ''));
  }

  async *sources({ id }: Revision): AsyncGenerator<FoundSource> {
    const names = new Set<string>();
    for (const report of await this.#client.reports(id, this.#report)) {
      for (const [key, subject] of this.#subjects(report)) {
        const name = subject.name ?? key;
        if (names.has(name)) continue;
        names.add(name);
        const metrics = [...this.#client.entries(subject.metrics, metricSchema, `subject ${key}`).values()];
        const sources = metrics.flatMap((metric) => [
          ...this.#client.entries(metric.sources, sourceSchema, `subject ${key}`).values(),
        ]);
        yield* subjectSources({ name, type: subject.type ?? '' }, sources);
      }
    }
  }

  async targets(revision: Revision, since: string | undefined, onIncomplete: OnIncomplete): Promise<MetricTargets> {
    const start = startOf(since);
    const [reports, model] = await Promise.all([
      this.#client.reports(revision.id, this.#report),
      this.#dataModel(revision),
    ]);
    const present = this.#presentTargets(reports, model);
    const changed = [...present].filter(([, targets]) => reportTime(targets) > start);
    const broken = new BrokenItems(onIncomplete);
    const found: TargetVersion[] = [];
    for await (const versions of mapAhead(changed, width, (metric) => this.#versions(metric, start, broken))) {
      found.push(...versions);
    }
    const names = new Map([...present].map(([name, { row }]) => [name, rows.metricName(row)]));
    return { names, versions: found.sort(byVersion) };
  }

  async defaults(revision: Revision): Promise<readonly Row[]> {
    const { timestamp, metrics } = await this.#dataModel(revision);
    const made =
      timestamp === undefined ? revision : { id: timestamp, date: this.time.format(Date.parse(timestamp) / 1000) };
    return [...metrics].map(([type, metric]) => rows.defaultRow(type, metric, made));
  }

  hasMetric(name: string): boolean {
    return uuid.test(name);
  }

  async *measurements({ names, revision, since }: MeasurementQuery, onIncomplete: OnIncomplete): AsyncGenerator<Row> {
    const start = startOf(since.revision);
    const broken = new BrokenItems(onIncomplete);
    const ask = async ([name, metric]: readonly [string, MetricName | null]) => {
      const asked = orMissing(this.#client.measurements(name, metric?.scale ?? 'count', revision.id));
      return { name, measurements: await broken.skip(`The history of metric ${name}`, asked) };
    };
    for await (const { name, measurements = [] } of mapAhead(names, width, ask)) {
      for (const measurement of measurements) {
        const row = Date.parse(measurement.end) > start ? rows.measurementRow(name, measurement, this.time) : undefined;
        if (row !== undefined) yield row;
      }
    }
  }

  #subjects(report: Report) {
    const there = Object.entries(report.subjects ?? {}).filter(([, subject]) => subject !== null);
    return this.#client.entries(Object.fromEntries(there), subjectSchema, `report ${report.report_uuid}`);
  }

  #dataModel({ id }: Revision): Promise<DataModel> {
    if (this.#model?.id !== id) this.#model = { id, answer: this.#client.dataModel(id) };
    return this.#model.answer;
  }

  #presentTargets(reports: readonly Report[], model: DataModel): ReadonlyMap<string, PresentTargets> {
    const present = new Map<string, PresentTargets>();
    for (const report of reports) {
      const moment = Date.parse(report.timestamp ?? '1970-01-01T00:00:00Z');
      const reportDate = this.time.format(moment / 1000);
      for (const [key, subject] of this.#subjects(report)) {
        const place = {
          ...{ subject: subject.name ?? key, subjectType: subject.type ?? 'software' },
          ...{ report: report.report_uuid, reportDate },
        };
        for (const [name, metric] of this.#client.entries(subject.metrics, metricSchema, `subject ${key}`)) {
          present.set(name, { row: rows.targetRow(metric, model.metrics.get(metric.type ?? ''), place), moment });
        }
      }
    }
    return present;
  }

  async #versions(
    [name, { row }]: readonly [string, PresentTargets],
    since: number,
    broken: BrokenItems,
  ): Promise<readonly TargetVersion[]> {
    const changes = await broken.skip(`The changes of metric ${name}`, this.#client.changelog(name, since));
    return rows.targetVersions(name, row, changes ?? [], { since, time: this.time });
  }
}

interface PresentTargets {
  readonly row: TargetRow;
  /** Of the report, in milliseconds. */
  readonly moment: number;
}

/**
 * When a report was changed last. Its date as tables have it counts as well: clocks of east and west may disagree on which
 * is later, and looking once too often does no harm.
 */
function reportTime({ row, moment }: PresentTargets): number {
  return Math.max(moment, utcClock(row['report_date'] ?? '') * 1000);
}

/** In milliseconds; what is not newer is known. */
function startOf(revision: string | undefined): number {
  return revision === undefined ? 0 : readMoment(revision, utcClock, '--from-revision');
}

function byVersion({ version: left }: TargetVersion, { version: right }: TargetVersion): number {
  const [a, b] = [String(left['version_id']), String(right['version_id'])];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
