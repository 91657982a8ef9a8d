import type { EnvironmentFinder, ForgeContext } from '../repository.js';
import type { SourceEntry } from '../source.js';
import { percentDecode } from '../source-url.js';
import { AzureClient } from './client.js';
import { type AzurePlace, openApi, placeUrl, resolvePlace } from './place.js';
import type { AzureRepository } from './schema.js';
import { findingsOf } from './shared.js';

/** Values of the option `tfs` that say no more than that the host is one. */
const anyCollection = /^(?:true|yes|on|1)$/i;

/** Further repositories of the project of a known one, or of its collection where the URL names no project. */
export const azureEnvironments: EnvironmentFinder = {
  environmentOf(context) {
    const place = placeOf(context);
    const names = [place.collection, ...(place.project === undefined ? [] : [place.project])];
    return {
      type: 'tfs',
      url: placeUrl(place),
      environment: [place.server, ...names.map((name) => name.toLowerCase())],
      inScope: isInScope(names, place),
    };
  },
  /** Names count without regard to case, and a blank is one however it is written. */
  addressOf(context) {
    const { url } = placeOf(context).location;
    return percentDecode(url).replace(/\/+$/, '').toLowerCase();
  },
  async findSources(context) {
    const place = placeOf(context);
    const findings = findingsOf(context.connections, place);
    const client = new AzureClient(openApi(context, place), place, findings.dialect, context.log);
    return context.entry.type === 'tfvc' ? projectSources(place, client) : repositorySources(context, place, client);
  },
  // Neither does the service tell, nor do servers.
  findVersion: () => Promise.resolve(''),
};

function placeOf(context: ForgeContext): AzurePlace {
  return resolvePlace(context.entry.url, context.entry.type, context);
}

/** The option may name a collection, and the beginning of a project in it. */
function isInScope(names: readonly string[], { location }: AzurePlace): boolean {
  const scope = location.option('tfs');
  if (scope === undefined || anyCollection.test(scope)) return true;
  return names.join('/').toLowerCase().startsWith(scope.toLowerCase());
}

async function repositorySources(
  context: ForgeContext,
  place: AzurePlace,
  client: AzureClient,
): Promise<readonly SourceEntry[]> {
  const repositories = await client.repositories();
  return repositories.flatMap((repository) => {
    const url = repository.isDisabled === true ? undefined : urlOf(repository, place);
    if (url !== undefined) return [{ type: 'tfs', name: repository.name, url }];
    context.log.info(`The repository ${repository.name} of Azure DevOps is switched off, or has no usable URL`);
    return [];
  });
}

/** At the host that the source is known by, and without the user that the service puts before its own. */
function urlOf({ remoteUrl }: AzureRepository, { location }: AzurePlace): string | undefined {
  const parts = /^(?<scheme>https?):\/\/[^/?#]+(?<path>\/[^?#]*)/.exec(remoteUrl)?.groups;
  return parts === undefined ? undefined : `${parts['scheme']}://${location.section}${parts['path']}`;
}

/** One for each project, with its name as it is: blanks become part of a URL where that is used. */
async function projectSources(place: AzurePlace, client: AzureClient): Promise<readonly SourceEntry[]> {
  const { server, collection } = place;
  const before = collection === '' ? server : `${server}/${collection}`;
  const sources: SourceEntry[] = [];
  for await (const { name, description } of client.projects()) {
    sources.push({ type: 'tfvc', name: description || name, url: `${before}/${name}` });
  }
  return sources;
}
