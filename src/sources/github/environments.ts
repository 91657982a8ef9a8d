import { HttpError } from '../../http/errors.js';
import type { EnvironmentFinder, ForgeContext } from '../repository.js';
import type { SourceEntry } from '../source.js';
import { GitHubClient } from './client.js';
import { openApi, permissions, resolvePlace } from './place.js';

/** Further repositories of the user or organization of a known one, or of its team where the source names one. */
export const githubEnvironments: EnvironmentFinder = {
  environmentOf(context) {
    const { server, owner, location } = resolvePlace(context.entry.url, context);
    return {
      type: 'github',
      url: `${server}/${owner}`,
      environment: [location.section, owner, teamOf(context) ?? null],
      inScope: true,
    };
  },
  async findSources(context) {
    const place = resolvePlace(context.entry.url, context);
    const team = teamOf(context);
    const needs = team === undefined ? permissions.read : permissions.organization;
    const client = new GitHubClient(openApi(context, place, needs));
    const listed = team === undefined ? client.repositoriesOf(place.owner) : client.teamRepositories(place.owner, team);
    const found: SourceEntry[] = [];
    try {
      for await (const { name, clone_url: url } of listed) {
        found.push({ type: 'github', name, url, ...(team === undefined ? {} : { github_team: team }) });
      }
    } catch (error) {
      throw explain(error, place.owner, team);
    }
    return found;
  },
  // GitHub does not tell.
  findVersion: () => Promise.resolve(''),
};

/** Slug of the team that the source is of. */
function teamOf({ entry }: ForgeContext): string | undefined {
  return entry['github_team'] || undefined;
}

function explain(error: unknown, owner: string, team: string | undefined): unknown {
  if (!(error instanceof HttpError) || error.status !== 404) return error;
  const what = team === undefined ? `a user or organization ${owner}` : `a team ${team} in the organization ${owner}`;
  return error.explained(`is there ${what}, and may the token see it?`);
}
