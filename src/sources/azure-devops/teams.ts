import { mapAhead } from '../../http/ahead.js';
import { HttpError } from '../../http/errors.js';
import { tfsSprint, tfsTeam, tfsTeamMember } from '../../tables/catalogue/tfs.js';
import type { TableRow } from '../../tables/definition.js';
import { local, plain, type RowContext, unknown } from '../answers.js';
import { isRefused } from '../refusals.js';
import type { AzureClient } from './client.js';
import type { Identity, Iteration, Team } from './schema.js';

/** Teams that are looked into side by side. */
const width = 8;

/** A team of a project with all that is told of it. */
export interface KnownTeam {
  readonly team: Team;
  readonly members: readonly Identity[];
  readonly iterations: readonly Iteration[];
  /** What was refused, and why. */
  readonly refused: readonly string[];
}

/** The teams of a project; each repository of it has rows of them all. */
export async function findTeams(client: AzureClient): Promise<readonly KnownTeam[]> {
  const project = await client.projectKey();
  const teams: KnownTeam[] = [];
  for await (const team of mapAhead(client.teams(project), width, (one) => findTeam(client, project, one))) {
    teams.push(team);
  }
  return teams;
}

async function findTeam(client: AzureClient, project: string, team: Team): Promise<KnownTeam> {
  const refused: string[] = [];
  const allOf = async <T>(what: string, items: AsyncGenerator<T>): Promise<readonly T[]> => {
    const found: T[] = [];
    try {
      for await (const item of items) found.push(item);
    } catch (error) {
      if (!isRefused(error) || !(error instanceof HttpError)) throw error;
      refused.push(`the ${what} of the team ${team.id} are left out: ${error.message}`);
    }
    return found;
  };
  const [members, iterations] = await Promise.all([
    allOf('members', client.members(project, team)),
    allOf('iterations', client.iterations(project, team)),
  ]);
  return { team, members, iterations, refused };
}

/** Rows of `tfs_team`, `tfs_team_member` and `tfs_sprint`. */
export function* teamRows({ team, members, iterations }: KnownTeam, context: RowContext): Generator<TableRow> {
  const common = { repo_name: context.repository, team_name: plain(team.name) };
  yield { table: tfsTeam, row: { ...common, description: plain(team.description) } };
  for (const { displayName, uniqueName } of members) {
    const row = { ...common, user: plain(displayName), username: plain(uniqueName ?? displayName) };
    yield { table: tfsTeamMember, row };
  }
  for (const { name, attributes } of iterations) {
    const { startDate, finishDate } = attributes ?? {};
    const row = {
      ...common,
      sprint_name: plain(name),
      start_date: startDate == null ? unknown : local(startDate, context),
      end_date: finishDate == null ? unknown : local(finishDate, context),
    };
    yield { table: tfsSprint, row };
  }
}
