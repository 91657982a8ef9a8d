import type { ApiConnections } from '../../http/connections.js';
import type { AzureClient } from './client.js';
import { Dialect } from './dialect.js';
import { type AzurePlace, placeUrl } from './place.js';
import { findTeams, type KnownTeam } from './teams.js';

/** What the sources of one run have found out about a server, so that each need not. */
export class SharedFindings {
  readonly dialect = new Dialect();
  private readonly teams = new Map<string, Promise<readonly KnownTeam[]>>();

  /** The teams of the project of a place. */
  teamsOf(place: AzurePlace, client: AzureClient): Promise<readonly KnownTeam[]> {
    // Without a project in the URL, it is that of the repository.
    const key = (
      place.project === undefined ? `${placeUrl(place)} ${place.repository}` : placeUrl(place)
    ).toLowerCase();
    const known = this.teams.get(key);
    if (known !== undefined) return known;
    const asked = findTeams(client);
    this.teams.set(key, asked);
    // The next one asks anew.
    asked.catch(() => this.teams.delete(key));
    return asked;
  }
}

const findings = new WeakMap<ApiConnections, Map<string, SharedFindings>>();

export function findingsOf(connections: ApiConnections, { server, account }: AzurePlace): SharedFindings {
  const servers = findings.get(connections) ?? new Map<string, SharedFindings>();
  findings.set(connections, servers);
  const key = JSON.stringify([server, account?.username]);
  const known = servers.get(key) ?? new SharedFindings();
  servers.set(key, known);
  return known;
}
