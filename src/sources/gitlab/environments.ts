import { mapAhead } from '../../http/ahead.js';
import { AccessError } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';
import type { EnvironmentFinder, ForgeContext } from '../repository.js';
import type { SourceEntry } from '../source.js';
import { withoutSuffix } from '../source-url.js';
import { GitLabClient } from './client.js';
import { openApi, resolvePlace } from './place.js';
import type { GroupProject } from './schema.js';

/** Projects that are looked into side by side. */
const width = 8;

/** Further projects of the group of a known one. */
export const gitlabEnvironments: EnvironmentFinder = {
  environmentOf(context) {
    const { server, group, namespace } = resolvePlace(context.entry.url, context);
    return {
      type: 'gitlab',
      url: `${server}/${group ?? namespace}`,
      environment: [server, group ?? null, namespace],
      inScope: group === undefined || group === namespace,
    };
  },
  addressOf(context) {
    return resolvePlace(context.entry.url, context).location.url;
  },
  async findSources(context) {
    const place = resolvePlace(context.entry.url, context);
    const client = new GitLabClient(openApi(context, place));
    const group = place.group ?? place.namespace;
    const found: SourceEntry[] = [];
    try {
      const projects = mapAhead(client.groupProjects(group), width, (project) => sourceOf(context, client, project));
      for await (const entry of projects) if (entry !== undefined) found.push(entry);
    } catch (error) {
      if (!(error instanceof HttpError) || error.status !== 404) throw error;
      context.log.info(`${group} at ${place.server} is no group; no further projects are looked for`);
    }
    return found;
  },
  async findVersion(context) {
    try {
      const version = await new GitLabClient(openApi(context, resolvePlace(context.entry.url, context))).version();
      return version === 'unknown' ? '' : version;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      context.log.warn(`The version of GitLab is not known: ${error.message}`);
      return '';
    }
  },
};

/** Undefined where there is nothing to gather. */
async function sourceOf(
  { log }: ForgeContext,
  client: GitLabClient,
  { id, name, http_url_to_repo: url }: GroupProject,
): Promise<SourceEntry | undefined> {
  try {
    if (await client.hasCommits(id)) return { type: 'gitlab', name, url: withoutSuffix(url) };
    log.info(`The project ${name} of GitLab has no commits, and is left out`);
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    log.warn(`The project ${name} of GitLab is left out: ${error.message}`);
  }
  return undefined;
}
