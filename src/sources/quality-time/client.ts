import type { z } from 'zod';
import type { ApiClient, Query } from '../../http/api.js';
import { readItems } from '../../http/items.js';
import type { Logger } from '../../log/logger.js';
import * as schema from './schema.js';

/** Changes that are asked for at first; the most that are asked for of one metric. */
const fewChanges = 100;
const mostChanges = 102_400;

/** The part of the API of Quality-time that is asked for. Throws as {@link ApiClient}. */
export class QualityTimeClient {
  constructor(
    private readonly api: ApiClient,
    private readonly log: Logger,
  ) {}

  /**
   * Reports as of a moment.
   *
   * @param uuid of one report; the server answers with others too
   */
  async reports(date: string, uuid = ''): Promise<readonly schema.Report[]> {
    const { reports } = await this.api.getJson(`api/internal/report/${uuid}`, schema.reportsSchema, atDate(date));
    const found = this.items(reports, schema.reportSchema, 'reports');
    return uuid === '' ? found : found.filter(({ report_uuid: id }) => id === uuid);
  }

  /** Metrics that there may be, by type, and when the model was made. */
  async dataModel(date: string): Promise<DataModel> {
    const options = { ...atDate(date), conditional: true };
    const { timestamp, metrics } = await this.api.getJson('api/internal/datamodel', schema.dataModelSchema, options);
    return {
      ...(timestamp === undefined ? {} : { timestamp }),
      metrics: this.entries(metrics, schema.metricModelSchema, 'the data model'),
    };
  }

  /** Changes of a metric, the newest first, at least to a moment. @param since in milliseconds */
  async changelog(metric: string, since: number): Promise<readonly schema.Change[]> {
    for (let count = fewChanges; ; count *= 4) {
      const path = `api/internal/changelog/metric/${encodeURIComponent(metric)}/${count}`;
      const { changelog } = await this.api.getJson(path, schema.changelogSchema);
      const changes = this.items(changelog, schema.changeSchema, `the changes of ${metric}`);
      const oldest = changes.at(-1);
      const isWhole = changelog.length < count || oldest === undefined || Date.parse(oldest.timestamp) <= since;
      if (isWhole) return changes;
      if (count < mostChanges) continue;
      this.log.warn(`Of the changes of ${metric}, only the last ${count} are looked at`);
      return changes;
    }
  }

  /** Measurements of a metric that began at a moment or before. */
  async measurements(metric: string, scale: string, date: string): Promise<readonly schema.Measurement[]> {
    const path = `api/internal/measurements/${encodeURIComponent(metric)}`;
    const { measurements } = await this.api.getJson(path, schema.measurementsSchema, atDate(date));
    return this.items(measurements, schema.measurementSchema(scale), `the measurements of ${metric}`);
  }

  /** Values of a mapping, but for those that are malformed. @param where for the log */
  entries<T>(
    mapping: Readonly<Record<string, unknown>> | null | undefined,
    item: z.ZodType<T>,
    where: string,
  ): ReadonlyMap<string, T> {
    const found = Object.entries(mapping ?? {}).flatMap(([key, value]) =>
      this.items([value], item, `${where}, ${key.slice(0, 100)}`).map((one) => [key, one] as const),
    );
    return new Map(found);
  }

  private items<T>(list: readonly unknown[], item: z.ZodType<T>, where: string): readonly T[] {
    const { items, malformed } = readItems(list, item);
    for (const { identity, reason } of malformed) {
      this.log.error(`Quality-time: of ${where}, item ${identity} is left out, because it is malformed: ${reason}`);
    }
    return items;
  }
}

export interface DataModel {
  /** Absent where the server has no data model as of the moment. */
  readonly timestamp?: string;
  readonly metrics: ReadonlyMap<string, schema.MetricModel>;
}

function atDate(date: string): { readonly query: Query } {
  return { query: { report_date: date } };
}
