import type { Runtime } from '../config/runtime.js';
import { ApiConnections } from '../http/connections.js';
import { readSourceEntries } from '../sources/entries.js';
import { type KeyHostContext, type KeyRegistrar, publishKey } from '../sources/keys.js';
import { type Location, resolveLocation } from '../sources/location.js';
import { findRepositorySource, keyRegistrars } from '../sources/registry.js';
import { type AgentContext, exportFolder, logFailure, resolvePath } from './context.js';

export interface PublishOptions {
  /** Hosts that get the key; none for the GitLab of the project's sources; false for no GitLab of theirs. */
  readonly gitlab?: readonly string[] | false | undefined;
  /** Also the hosts of the project's sources, whose GitLab is preferred over the hosts that are named. */
  readonly source?: boolean | undefined;
  /** Also every host of credentials.cfg that takes keys. */
  readonly credentials?: boolean | undefined;
  /** Only say what would happen. */
  readonly dryRun?: boolean | undefined;
}

/** The system that hosts are taken for which the credentials do not tell more about. */
const usualSystem = 'GitLab';

/** One refusal is enough to know of here: a scrape waits for it. Times are milliseconds. */
const patience = { failures: 3, total: 60_000 };

/** A host that agents log in at with their key. */
interface KeyHost {
  /** URL of a source there, or of the host itself. */
  readonly url: string;
  readonly registrar: KeyRegistrar;
}

type Resolution = Pick<KeyHostContext, 'credentials' | 'environment' | 'followHostChange'>;

function resolutionOf({ credentials, environment }: Runtime): Resolution {
  return { credentials, environment, followHostChange: true };
}

/** Hosts of the sources in `data_sources.json`. */
function sourceHosts(context: AgentContext): readonly KeyHost[] {
  const entries = readSourceEntries(exportFolder(context)) ?? [];
  return entries.flatMap((entry) => {
    const registrar = findRepositorySource(entry, resolutionOf(context.runtime))?.keys;
    return registrar === undefined ? [] : [{ url: entry.url, registrar }];
  });
}

/** A host by its name, which is a section of credentials.cfg; undefined where that has access to none of the systems. */
function hostOf({ credentials }: Runtime, host: string): KeyHost | undefined {
  const registrar = keyRegistrars().find(({ option }) => credentials.get(host, option) !== undefined);
  return registrar === undefined ? undefined : { url: `https://${host}/`, registrar };
}

function namedHosts({ runtime }: AgentContext, names: readonly string[]): readonly KeyHost[] {
  const usual = keyRegistrars().find(({ system }) => system === usualSystem);
  return names.flatMap((name) => {
    const host = hostOf(runtime, name);
    if (host !== undefined) return [host];
    return usual === undefined ? [] : [{ url: `https://${name}/`, registrar: usual }];
  });
}

/** Hosts by the options; of several with one address, the last is the one to use. */
function hostsOf(context: AgentContext, options: PublishOptions): readonly KeyHost[] {
  const { gitlab = [], source = false, credentials = false } = options;
  const hosts = credentials
    ? context.runtime.credentials.hosts.flatMap((host) => hostOf(context.runtime, host) ?? [])
    : [];
  const wantsSources = source || (gitlab !== false && gitlab.length === 0);
  const ofSources = wantsSources ? sourceHosts(context) : [];
  const isUsual = ({ registrar }: KeyHost): boolean => registrar.system === usualSystem;
  const usual = gitlab === false ? [] : ofSources.filter(isUsual);
  const named = gitlab === false || usual.length > 0 ? [] : namedHosts(context, gitlab);
  // Without the option for all of them, the key goes to the first GitLab alone.
  const chosen = source ? [...usual, ...ofSources.filter((host) => !isUsual(host))] : usual.slice(0, 1);
  return [...hosts, ...named, ...chosen];
}

/** A host with what the credentials have for it. */
interface ResolvedHost extends KeyHost {
  readonly location: Location;
}

/** Each host once. */
function resolveHosts(context: AgentContext, hosts: readonly KeyHost[]): readonly ResolvedHost[] {
  const resolved = new Map<string, ResolvedHost>();
  for (const host of hosts) {
    try {
      const location = resolveLocation(host.url, resolutionOf(context.runtime));
      resolved.set(`${host.registrar.system} ${location.section}`, { ...host, location });
    } catch (error) {
      logFailure(context.log, error, 'A host gets no public key');
    }
  }
  return [...resolved.values()];
}

/**
 * Makes the agent's public key known to the hosts that it reads repositories from. A host that refuses is logged and
 * does not stop the others.
 *
 * @param publicKeyAt gives the public key of a pair, made where there is none
 */
export async function publishKeys(
  context: AgentContext,
  options: PublishOptions,
  publicKeyAt: (path: string) => Promise<string | undefined>,
): Promise<void> {
  const { runtime, log, signal } = context;
  const { version, environment } = runtime;
  const connections = new ApiConnections({ version, environment, log, signal, patience });
  try {
    for (const host of resolveHosts(context, hostsOf(context, options))) {
      const { identityFile, section } = host.location;
      if (identityFile === undefined) {
        log.info(`No SSH key is configured for ${section}`);
        continue;
      }
      try {
        const key = await publicKeyAt(resolvePath(runtime, identityFile));
        await publishAt(context, connections, host, { key, dryRun: options.dryRun === true });
      } catch (error) {
        signal.throwIfAborted();
        logFailure(log, error, `The public key could not be added to ${section}`);
      }
    }
  } finally {
    await connections.close();
  }
}

async function publishAt(
  { runtime, log, signal, project }: AgentContext,
  connections: ApiConnections,
  { url, registrar, location }: ResolvedHost,
  { key, dryRun }: { readonly key: string | undefined; readonly dryRun: boolean },
): Promise<void> {
  const { section } = location;
  if (location.option(registrar.option) === undefined) {
    const { file } = runtime.credentials;
    log.warn(`No ${registrar.option} for ${section} in ${file}, so the public key cannot be added there`);
    return;
  }
  if (key === undefined) {
    log.warn(`No public key part of ${location.identityFile ?? ''} to add to ${section}`);
    return;
  }
  const onProgress = (text: string): void => log.info(text);
  const account = registrar.open({
    ...resolutionOf(runtime),
    ...{ url, location, connections, log, signal, onProgress },
  });
  const title = `GROS agent for the ${project} project`;
  await publishKey(account, { title, key }, { host: section, log, dryRun });
}
