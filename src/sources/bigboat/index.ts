import type { Settings } from '../../config/settings.js';
import type { ApiConnections } from '../../http/connections.js';
import type { Patience } from '../../http/retry.js';
import type { Logger } from '../../log/logger.js';
import { bigboatStatus } from '../../tables/catalogue/organisation.js';
import type { Row } from '../../tables/row.js';
import { parseWebUrl, withoutAccount } from '../source-url.js';
import { type StepSource, Unchanged } from '../step-source.js';
import { BigBoatClient } from './client.js';
import { statusRow } from './rows.js';

/** What a command line has in place of section `[bigboat]`. */
export interface BigBoatOptions {
  readonly host?: string | undefined;
  readonly key?: string | undefined;
}

/** A BigBoat dashboard as the configuration has it. */
export interface Dashboard {
  /** Base URL as it is written, but for an account, which goes to nobody. */
  readonly url: string;
  readonly key: string;
}

export interface BigBoatContext {
  readonly connections: ApiConnections;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Checks come by the minute, so that one that is missed is not worth much waiting. Times are milliseconds. */
const patience: Partial<Patience> = { failures: 5, total: 60_000 };
/** A dashboard has some ten checks. */
const limits = { size: 4 * 1024 * 1024 };

/**
 * The dashboard of a project, by the options or section `[bigboat]`; undefined where there is none, which is logged.
 *
 * @throws {ConfigError} where its URL cannot be used
 */
export function findDashboard(
  settings: Settings,
  project: string,
  options: BigBoatOptions,
  log: Logger,
): Dashboard | undefined {
  const url = options.host ?? settings.getForProject(project, 'bigboat', 'host');
  const key = options.key ?? settings.getForProject(project, 'bigboat', 'key');
  if (url === undefined || key === undefined) {
    log.warn(`No BigBoat ${url === undefined ? 'host' : 'API key'} defined for ${project}`);
    return undefined;
  }
  const plain = parseWebUrl(url, 'BigBoat', options.host === undefined ? settings.file : '--host');
  return { url: withoutAccount(plain), key };
}

/** The checks of a dashboard as rows of `bigboat_status`, in their order. Throws as an API client, and a DetailsError. */
export async function* dashboardRows({ url, key }: Dashboard, context: BigBoatContext): AsyncGenerator<Row> {
  const { connections, log, signal, onProgress } = context;
  const base = new URL(`${url.replace(/\/+$/, '')}/`);
  const api = connections.open({
    ...{ name: `BigBoat at ${base.host}`, base, account: key, headers: { 'api-key': key } },
    remedy: () => 'key of section [bigboat] is not one of its API keys',
    ...{ log, signal, onProgress, patience, limits },
  });
  for await (const status of new BigBoatClient(api).statuses()) yield statusRow(status);
}

/** `bigboat-to-json` where no controller takes the checks: they are exported to a file. */
export function bigboatSource(options: BigBoatOptions = {}): StepSource {
  return {
    step: 'bigboat-to-json',
    types: [],
    tables: [bigboatStatus],
    trackers: [],
    async *gather(context) {
      const dashboard = findDashboard(context.settings, context.project, options, context.log);
      if (dashboard === undefined) throw new Unchanged('there is no dashboard');
      for await (const row of dashboardRows(dashboard, context)) yield { table: bigboatStatus, row };
      return {};
    },
  };
}
