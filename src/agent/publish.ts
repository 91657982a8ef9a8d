import type { Runtime } from '../config/runtime.js';
import { HttpClient } from '../http/client.js';
import { readSourceEntries } from '../sources/entries.js';
import { type GitLabAccount, publishKey } from '../sources/gitlab/keys.js';
import { type AgentContext, exportFolder, reportFailure, resolvePath } from './context.js';

export interface PublishOptions {
  /** GitLab hosts; none for that of the project's sources; false for no GitLab but those of `credentials`. */
  readonly gitlab?: readonly string[] | false | undefined;
  /** Prefer the GitLab of the project's sources over the hosts. */
  readonly source?: boolean | undefined;
  /** Also every GitLab of credentials.cfg. */
  readonly credentials?: boolean | undefined;
  /** Only say what would happen. */
  readonly dryRun?: boolean | undefined;
}

/** A host that agents log in at with their key. */
interface KeyHost {
  /** Host with an optional port: a section of credentials.cfg. */
  readonly host: string;
  /** Scheme of the URL that the host is known by, if any. */
  readonly scheme?: string;
}

/** Hosts of the GitLab sources in `data_sources.json`. */
function sourceHosts(context: AgentContext): readonly KeyHost[] {
  const entries = readSourceEntries(exportFolder(context)) ?? [];
  return entries.flatMap(({ type, url }) => {
    if (type !== 'gitlab' || !URL.canParse(url)) {
      return [];
    }
    const { host, protocol } = new URL(url);
    return [{ host, scheme: protocol.slice(0, -1) }];
  });
}

function gitlabHosts(context: AgentContext, options: PublishOptions): readonly KeyHost[] {
  const { gitlab = [], source = false } = options;
  if (gitlab === false) {
    return [];
  }
  const found = gitlab.length === 0 || source ? sourceHosts(context).slice(0, 1) : [];
  return found.length > 0 ? found : gitlab.map((host) => ({ host }));
}

/** Hosts of credentials.cfg that have a key and an API; only that of GitLab takes keys. */
function credentialHosts(context: AgentContext): readonly KeyHost[] {
  const { credentials } = context.runtime;
  return credentials.hosts.flatMap((host) => {
    const other = ['github_token', 'tfs'].find((option) => credentials.get(host, option) !== undefined);
    if (other !== undefined && credentials.get(host, 'env') !== undefined) {
      context.log.info(`${host} takes no keys over its API; add the public key there by hand`);
    }
    return credentials.get(host, 'gitlab_token') === undefined ? [] : [{ host }];
  });
}

/** Path of the private key for a host, undefined where it has none. */
function keyPathOf(runtime: Runtime, host: string): string | undefined {
  const variable = runtime.credentials.get(host, 'env');
  const path = variable === undefined ? undefined : runtime.environment[variable];
  return path === undefined || path === '' ? undefined : resolvePath(runtime, path);
}

function accountOf(context: AgentContext, { host, scheme }: KeyHost): GitLabAccount | undefined {
  const { credentials } = context.runtime;
  const token = credentials.get(host, 'gitlab_token');
  if (token === undefined) {
    context.log.warn(`No gitlab_token for ${host} in ${credentials.file}, so the public key cannot be added there`);
    return undefined;
  }
  const protocol = credentials.get(host, 'protocol') ?? (scheme === 'http' ? 'http' : 'https');
  if (protocol === 'http') {
    context.log.warn(`The token for ${host} is sent over http, readable on the way; set "protocol = https"`);
  }
  return { url: new URL(`${protocol}://${host}/`), token };
}

/**
 * Makes the agent's public key known to the GitLab hosts that it reads from. A host that refuses is logged and does not
 * stop the others.
 *
 * @param publicKeyAt gives the public key of a pair, made where there is none
 */
export async function publishKeys(
  context: AgentContext,
  options: PublishOptions,
  publicKeyAt: (path: string) => Promise<string | undefined>,
): Promise<void> {
  const credentials = options.credentials === true ? credentialHosts(context) : [];
  const hosts = new Map([...credentials, ...gitlabHosts(context, options)].map((host) => [host.host, host]));
  for (const host of hosts.values()) {
    const path = keyPathOf(context.runtime, host.host);
    if (path === undefined) {
      context.log.info(`No SSH key is configured for ${host.host}`);
      continue;
    }
    try {
      await publishAt(context, host, await publicKeyAt(path), options.dryRun === true);
    } catch (error) {
      reportFailure(context, error, `The public key could not be added to ${host.host}`);
    }
  }
}

async function publishAt(
  context: AgentContext,
  host: KeyHost,
  key: string | undefined,
  dryRun: boolean,
): Promise<void> {
  const { runtime, log, signal, project } = context;
  const account = accountOf(context, host);
  if (account === undefined || key === undefined) {
    return;
  }
  const client = new HttpClient({ version: runtime.version, environment: runtime.environment });
  try {
    const title = `GROS agent for the ${project} project`;
    await publishKey(client, account, { title, key }, { log, signal, dryRun });
  } finally {
    await client.close();
  }
}
