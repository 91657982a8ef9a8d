import type { ApiClient, PageOptions, Query } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';
import { secondOf } from '../answers.js';
import * as schema from './schema.js';

/** The most that GitHub gives at once. */
const perPage = 100;
/** In the order in which they were made, which changes do not alter while they are read. */
const byCreation = { sort: 'created', direction: 'asc', per_page: perPage };

/** A repository with the second in which the server told of it, by its own clock; seconds since 1970. */
export interface RepositoryAnswer {
  readonly repository: schema.GitHubRepository;
  readonly asOf: number;
}

/** The part of the API of GitHub that is asked for; moments are in seconds since 1970. Throws as {@link ApiClient}. */
export class GitHubClient {
  constructor(private readonly api: ApiClient) {}

  async repository(owner: string, name: string): Promise<RepositoryAnswer> {
    const url = this.api.url(`repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`);
    const { response, value } = await this.api.get(url, { conditional: true });
    const date = response.headers.get('date') ?? '';
    return {
      repository: response.check(value, schema.repositorySchema),
      asOf: Number.isNaN(Date.parse(date)) ? Math.floor(Date.now() / 1000) : secondOf(date),
    };
  }

  /** The newest commit of a branch, undefined where there is no such branch. */
  async head(repository: schema.GitHubRepository, branch: string): Promise<string | undefined> {
    try {
      const path = below(repository, `branches/${encodeURIComponent(branch)}`);
      return (await this.api.getJson(path, schema.branchSchema)).commit.sha;
    } catch (error) {
      if (error instanceof HttpError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Issues and pull requests that were updated at a moment or later, all of them for a negative one. */
  issues(repository: schema.GitHubRepository, since: number): AsyncGenerator<schema.Issue> {
    const options = updatedSince(since, { state: 'all' });
    return this.api.pages(below(repository, 'issues'), schema.issueSchema, options);
  }

  async closedBy(repository: schema.GitHubRepository, issue: number): Promise<schema.User> {
    return (await this.api.getJson(below(repository, `issues/${issue}`), schema.closedBySchema)).closed_by;
  }

  /** All pull requests. */
  pulls(repository: schema.GitHubRepository): AsyncGenerator<schema.Pull> {
    return this.listPulls(repository, { query: { state: 'all', ...byCreation } });
  }

  /** Pull requests with the one first that was updated last, page by page as they are read. */
  latestPulls(repository: schema.GitHubRepository): AsyncGenerator<schema.Pull> {
    const query = { state: 'all', sort: 'updated', direction: 'desc', per_page: perPage };
    return this.listPulls(repository, { query, lookAhead: 1 });
  }

  /** Of one pull request, the first one first. */
  reviews(repository: schema.GitHubRepository, pull: number): AsyncGenerator<schema.Review> {
    const query = { per_page: perPage };
    return this.api.pages(below(repository, `pulls/${pull}/reviews`), schema.reviewSchema, { query });
  }

  /** Comments on issues and pull requests as such that were updated at a moment or later. */
  issueComments(repository: schema.GitHubRepository, since: number): AsyncGenerator<schema.IssueComment> {
    return this.api.pages(below(repository, 'issues/comments'), schema.issueCommentSchema, updatedSince(since));
  }

  /** Comments on the changes of pull requests that were updated at a moment or later. */
  reviewComments(repository: schema.GitHubRepository, since: number): AsyncGenerator<schema.ReviewComment> {
    return this.api.pages(below(repository, 'pulls/comments'), schema.reviewCommentSchema, updatedSince(since));
  }

  /** All comments on commits, as GitHub gives no others. */
  commitComments(repository: schema.GitHubRepository): AsyncGenerator<schema.CommitComment> {
    const options = { query: { per_page: perPage }, conditional: true };
    return this.api.pages(below(repository, 'comments'), schema.commitCommentSchema, options);
  }

  /** Repositories of an organization or a user. */
  async *repositoriesOf(owner: string): AsyncGenerator<schema.ListedRepository> {
    const name = encodeURIComponent(owner);
    const { type } = await this.api.getJson(`users/${name}`, schema.ownerSchema);
    // The list of an organization has private ones too.
    yield* this.listRepositories(`${type === 'Organization' ? 'orgs' : 'users'}/${name}/repos`);
  }

  /** @param team by its slug */
  teamRepositories(organization: string, team: string): AsyncGenerator<schema.ListedRepository> {
    return this.listRepositories(`orgs/${encodeURIComponent(organization)}/teams/${encodeURIComponent(team)}/repos`);
  }

  private listPulls(repository: schema.GitHubRepository, options: PageOptions): AsyncGenerator<schema.Pull> {
    return this.api.pages(below(repository, 'pulls'), schema.pullSchema, options);
  }

  private listRepositories(path: string): AsyncGenerator<schema.ListedRepository> {
    return this.api.pages(path, schema.listedRepositorySchema, { query: { per_page: perPage } });
  }
}

/** A list of what was updated since is asked for again as long as nothing is: the server need not repeat it. */
function updatedSince(since: number, filter: Query = {}): PageOptions {
  const isFirst = since <= 0;
  const moment = isFirst ? undefined : new Date(since * 1000).toISOString().replace('.000Z', 'Z');
  return { conditional: !isFirst, query: { ...filter, since: moment, ...byCreation } };
}

/** Below the address that the repository has now. */
function below({ full_name: name }: schema.GitHubRepository, path: string): string {
  return `repos/${name.split('/').map(encodeURIComponent).join('/')}/${path}`;
}
