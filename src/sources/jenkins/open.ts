import type { ApiAccess, ApiConnections } from '../../http/connections.js';
import type { Patience } from '../../http/retry.js';
import type { Logger } from '../../log/logger.js';
import { JenkinsClient } from './client.js';
import type { JenkinsPlace } from './place.js';

/** What asking a server needs. */
export interface JenkinsContext {
  readonly connections: ApiConnections;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** What Jenkins tells is not worth hours of waiting. Times are milliseconds. */
const patience: Partial<Patience> = { failures: 5, total: 120_000 };

/**
 * @param permission that the account needs for what is asked
 * @param details where less patience, or larger answers, are due
 */
export function openJenkins(
  { connections, log, signal, onProgress }: JenkinsContext,
  place: JenkinsPlace,
  permission: string,
  details: Pick<ApiAccess, 'patience' | 'limits'> = {},
): JenkinsClient {
  const { account, unsafe, certificateFile } = place;
  const base = new URL(place.url);
  const login = account === undefined ? '' : `${account.username}:${account.password}`;
  const api = connections.open({
    name: `Jenkins at ${base.host}`,
    base,
    account: login,
    headers: login === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
    remedy: (status) => remedy(status, place, permission),
    ...{ unsafe, log, signal, onProgress, patience },
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...details,
  });
  return new JenkinsClient(api);
}

function remedy(status: number, { account, accountOption }: JenkinsPlace, permission: string): string {
  if (account === undefined) return `set ${accountOption}, of an account with the permission ${permission}`;
  return status === 401
    ? `${accountOption} are not those of an account; a password may have to be replaced by an API token`
    : `the account of ${accountOption} needs the permission ${permission}`;
}
