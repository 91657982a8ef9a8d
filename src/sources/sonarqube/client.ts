import { z } from 'zod';
import type { ApiClient, Query } from '../../http/api.js';
import type { Follow } from '../../http/follow.js';
import { readItems } from '../../http/items.js';
import * as schema from './schema.js';

/** The most that SonarQube gives of a list, however it is paged. */
const mostItems = 10_000;
const perPage = 100;
const metricsPerPage = 120;
const analysesPerPage = 500;
/** Longer URLs are refused by some servers and by proxies. */
const longestUrl = 2048;

/** Analyses of a component by the value of one metric. */
export interface Measure {
  readonly metric: string;
  readonly history: readonly schema.Analysis[];
}

/** What the history of a component is asked for. */
export interface HistoryQuery {
  readonly component: string;
  /** From and to, both of them included. */
  readonly from?: string;
  readonly to: string;
}

/** The part of the API of SonarQube that is asked for. Throws as {@link ApiClient}. */
export class SonarQubeClient {
  /** @param common part of each query, such as the organization */
  constructor(
    private readonly api: ApiClient,
    private readonly common: () => Promise<Query>,
  ) {}

  /** Components, the one that was analysed last first. @param key of the only one that counts */
  async *components(key: string | undefined): AsyncGenerator<schema.Component> {
    const query = { ...(await this.#searchQuery(key)), ps: perPage };
    const options = { query, list: listOf('components'), follow: pagesOf(schema.pagingSchema) };
    const known = new Set<string>();
    for await (const component of this.api.pages('api/components/search_projects', schema.componentSchema, options)) {
      // The order may change between two pages.
      if ((key !== undefined && component.key !== key) || known.has(component.key)) continue;
      known.add(component.key);
      yield component;
    }
  }

  /** Name of the first organization that has components; undefined on servers that have no organizations. */
  async organization(key: string | undefined): Promise<string | undefined> {
    const query = { ...(await this.#searchQuery(key)), ps: 1 };
    const { organizations = [] } = await this.api.getJson(
      'api/components/search_projects',
      schema.organizationsSchema,
      { query },
    );
    return organizations[0]?.name;
  }

  async navigation(component: string): Promise<z.output<typeof schema.navigationSchema>> {
    const query = { ...(await this.common()), component };
    return this.api.getJson('api/navigation/component', schema.navigationSchema, { query });
  }

  async *metrics(): AsyncGenerator<schema.Metric> {
    const query = { ...(await this.common()), ps: metricsPerPage };
    const options = { query, list: listOf('metrics'), follow: pagesOf(schema.rootPagingSchema) };
    yield* this.api.pages('api/metrics/search', schema.metricSchema, options);
  }

  /** Name of the quality gate of a component; undefined where that is the default one. */
  async gateOf(component: string): Promise<string | undefined> {
    const query = { ...(await this.common()), project: component };
    const { qualityGate } = await this.api.getJson('api/qualitygates/get_by_project', schema.projectGateSchema, {
      query,
    });
    return qualityGate.default ? undefined : qualityGate.name;
  }

  async gate(name: string): Promise<readonly schema.Condition[]> {
    const query = { ...(await this.common()), name };
    const { conditions } = await this.api.getJson('api/qualitygates/show', schema.gateSchema, { query });
    return readItems(conditions, schema.conditionSchema).items;
  }

  /** Values of metrics of a component, in as few requests as the length of URLs allows. */
  async *history(query: HistoryQuery, metrics: readonly string[]): AsyncGenerator<Measure> {
    const asked = { ...(await this.common()), ...query };
    for (const group of this.#groups(asked, metrics)) yield* this.#historyOf({ ...asked, metrics: group.join(',') });
  }

  /** Of more analyses than there are pages of, the rest is asked for from the last one on. */
  async *#historyOf(query: Query): AsyncGenerator<Measure> {
    let from: string | undefined;
    for (;;) {
      const seen = from;
      let total = 0;
      const follow = pagesOf(schema.pagingSchema, (found) => {
        total = found;
      });
      const asked = { ...query, ...(seen === undefined ? {} : { from: seen }), ps: analysesPerPage };
      const options = { query: asked, list: listOf('measures'), follow };
      for await (const { metric, history } of this.api.pages(
        'api/measures/search_history',
        schema.measureSchema,
        options,
      )) {
        const { items } = readItems(history, schema.analysisSchema);
        from = items.at(-1)?.date ?? from;
        yield { metric, history: seen === undefined ? items : items.filter(({ date }) => isLater(date, seen)) };
      }
      if (total <= mostItems || from === seen) return;
    }
  }

  async version(): Promise<string> {
    return (await this.api.send('GET', 'api/server/version')).text.trim();
  }

  async #searchQuery(key: string | undefined): Promise<Query> {
    const filter = key === undefined ? undefined : `query="${key.replaceAll('"', '')}"`;
    return { ...(await this.common()), f: '_all', s: 'analysisDate', asc: 'no', filter };
  }

  #groups(query: Query, metrics: readonly string[]): readonly (readonly string[])[] {
    const empty = this.api.url('api/measures/search_history', { ...query, metrics: '', ps: analysesPerPage, p: 999 });
    const groups: string[][] = [];
    let length = longestUrl;
    for (const metric of metrics) {
      const added = encodeURIComponent(`,${metric}`).length;
      if (length + added >= longestUrl) {
        groups.push([]);
        length = empty.href.length;
      }
      groups.at(-1)?.push(metric);
      length += added;
    }
    return groups;
  }
}

function isLater(date: string, other: string): boolean {
  return Date.parse(date) > Date.parse(other);
}

function listOf(key: string): (body: unknown) => unknown {
  const body = z.object({ [key]: z.unknown() });
  return (value) => body.safeParse(value).data?.[key];
}

/**
 * All further pages are known from the first one on; what counts are not always the items of the list.
 *
 * @param onTotal told how many there are
 */
function pagesOf(paging: z.ZodType<schema.Paging>, onTotal: (total: number) => void = () => undefined): Follow {
  return ({ url, value, response }) => {
    const { pageSize, total } = response.check(value, paging);
    onTotal(total);
    const page = Number(url.searchParams.get('p') ?? 1);
    const last = Math.ceil(Math.min(total, mostItems) / pageSize);
    const known = Array.from({ length: Math.max(0, last - page) }, (_, index) => {
      const next = new URL(url);
      next.searchParams.set('p', String(page + index + 1));
      return next;
    });
    return { known };
  };
}
