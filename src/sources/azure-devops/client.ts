import { z } from 'zod';
import type { ApiClient, PageOptions, Query } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';
import type { Follow } from '../../http/follow.js';
import { readItems } from '../../http/items.js';
import type { Logger } from '../../log/logger.js';
import { percentDecode } from '../source-url.js';
import type { Dialect, Speech } from './dialect.js';
import { followBatches, followSkip, type RequestsLength } from './follow.js';
import type { AzurePlace } from './place.js';
import * as schema from './schema.js';

/** Items of a page, of which all servers give that many. */
const perPage = 100;
/** Pull requests come by the thousand, as those that were closed since cannot be asked for alone. */
const requestsPerPage = 1000;

/** Servers from this version on tell of the threads of a pull request below it. */
const withThreads = 3;
/** Servers from this version on have criteria of searches under a common name. */
const withCriteria = 3;
/** Servers from this version on have released pull requests for certain. */
const withRequests = 2;

interface ListOptions {
  readonly query?: (speech: Speech) => Query;
  /** Items that are asked for at once. */
  readonly size?: number;
  readonly follow?: Follow;
}

/** A path below the collection or the project. */
interface Resource {
  readonly area: 'git' | 'discussion' | 'projects' | 'work' | 'wit';
  readonly path: string;
  /** What lies between the collection and the API, where that is not the project of the place, if it has one. */
  readonly of?: readonly string[];
}

/** The part of the API of Azure DevOps that is asked for. Throws as {@link ApiClient}. */
export class AzureClient {
  #repository: Promise<schema.AzureRepository> | undefined;

  constructor(
    private readonly api: ApiClient,
    private readonly place: AzurePlace,
    private readonly dialect: Dialect,
    private readonly log: Logger,
  ) {}

  /** The repositories of the project, or of the collection where the place names no project. */
  async repositories(): Promise<readonly schema.AzureRepository[]> {
    const { value } = await this.#one({ area: 'git', path: 'repositories' }, schema.listSchema);
    return this.#items('git/repositories', value, schema.repositorySchema);
  }

  /** @param since the first moment of interest, in seconds since 1970; negative for all */
  async *pushes(since: number): AsyncGenerator<schema.Push> {
    const path = `repositories/${await this.#repositoryKey()}/pushes`;
    const fromDate = since < 0 ? undefined : new Date(since * 1000).toISOString();
    yield* this.#pages({ area: 'git', path }, schema.pushSchema, {
      query: (speech) => criteria(speech, { includeRefUpdates: true, fromDate }),
    });
  }

  /** The commits of a push, for servers that do not tell what it moved. */
  async pushedCommits(push: number): Promise<readonly string[]> {
    const path = `repositories/${await this.#repositoryKey()}/pushes/${push}`;
    const { commits } = await this.#one({ area: 'git', path }, schema.pushDetailsSchema);
    return (commits ?? []).map(({ commitId }) => commitId);
  }

  /** All pull requests, the newest first. */
  async *pullRequests(length: RequestsLength): AsyncGenerator<schema.PullRequest> {
    if (await this.#hasReleasedRequests()) {
      yield* this.#pullRequests('all', length.follow(requestsPerPage));
      return;
    }
    for (const status of ['active', 'completed', 'abandoned']) {
      yield* this.#pullRequests(status, followSkip(requestsPerPage));
    }
  }

  async reviewers(request: number): Promise<readonly unknown[]> {
    const path = `repositories/${await this.#repositoryKey()}/pullRequests/${request}`;
    return (await this.#one({ area: 'git', path }, schema.reviewedSchema)).reviewers ?? [];
  }

  async threads(request: number): Promise<readonly schema.Thread[]> {
    const isNew = Number(this.dialect.speech.version) >= withThreads;
    const { value } = isNew ? await this.#threads(request) : await this.#discussion(request);
    return this.#items(`threads of pull request ${request}`, value, schema.threadSchema);
  }

  /** What requests name the project of the place by. */
  async projectKey(): Promise<string> {
    const { project } = this.place;
    return project === undefined ? (await this.repository()).project.id : percentDecode(project);
  }

  teams(project: string): AsyncGenerator<schema.Team> {
    return this.#pages(teamsOf(project), schema.teamSchema);
  }

  members(project: string, { id }: schema.Team): AsyncGenerator<schema.Identity> {
    const { area, path, of } = teamsOf(project);
    return this.#pages({ area, path: `${path}/${encodeURIComponent(id)}/members`, of }, schema.memberSchema);
  }

  async *iterations(project: string, { id }: schema.Team): AsyncGenerator<schema.Iteration> {
    const of = [project, id];
    const { value } = await this.#one({ area: 'work', path: 'teamsettings/iterations', of }, schema.listSchema);
    yield* this.#items(`iterations of the team ${id}`, value, schema.iterationSchema);
  }

  /** All projects of the collection. */
  projects(): AsyncGenerator<schema.Project> {
    return this.#pages({ area: 'projects', path: '', of: [] }, schema.projectSchema);
  }

  /**
   * What work items were after each of their changes, those of the collection where the place names no project.
   *
   * @param since the first moment of interest, in seconds since 1970; negative for all
   */
  async *workItemRevisions(fields: readonly string[], since: number): AsyncGenerator<schema.Revision> {
    const startDateTime = since < 0 ? undefined : new Date(since * 1000).toISOString();
    for (let isUnderWay = false; !isUnderWay; ) {
      const query = { fields: fields.join(','), startDateTime, 'api-version': this.dialect.reportVersion };
      const path = this.#path({ area: 'wit', path: 'reporting/workitemrevisions' }, this.dialect.speech);
      const list = (body: unknown): unknown => schema.batchSchema.safeParse(body).data?.values;
      try {
        for await (const one of this.api.pages(path, schema.revisionSchema, { query, list, follow: followBatches })) {
          isUnderWay = true;
          yield one;
        }
        return;
      } catch (error) {
        if (isUnderWay || !this.dialect.learnReport(error)) throw error;
      }
    }
  }

  /** Checks each item of a list that was not read as pages. */
  #items<T>(what: string, list: readonly unknown[], item: z.ZodType<T>): readonly T[] {
    const { items, malformed } = readItems(list, item);
    for (const { identity, reason } of malformed) {
      this.log.error(`${what}: item ${identity} is left out, because it is malformed: ${reason}`);
    }
    return items;
  }

  async *#pullRequests(status: string, follow: Follow): AsyncGenerator<schema.PullRequest> {
    const path = `repositories/${await this.#repositoryKey()}/pullRequests`;
    try {
      yield* this.#pages({ area: 'git', path }, schema.pullRequestSchema, {
        ...{ size: requestsPerPage, follow },
        query: (speech) => criteria(speech, { status }),
      });
    } catch (error) {
      // Older servers have no empty lists.
      if (!(error instanceof HttpError) || (error.status !== 404 && error.status !== 400)) throw error;
    }
  }

  async #hasReleasedRequests(): Promise<boolean> {
    if (Number(this.dialect.speech.version) >= withRequests) return true;
    const path = this.#path({ area: 'git', path: 'pullRequests', of: [] }, this.dialect.speech);
    const answer = await this.api.sendJson('OPTIONS', path, schema.resourceOptionsSchema, { repeatable: true });
    return answer.value[0]?.releasedVersion !== '0.0';
  }

  async #threads(request: number): Promise<z.output<typeof schema.listSchema>> {
    const path = `repositories/${await this.#repositoryKey()}/pullRequests/${request}/threads`;
    return this.#one({ area: 'git', path }, schema.listSchema);
  }

  async #discussion(request: number): Promise<z.output<typeof schema.listSchema>> {
    const { project } = await this.repository();
    const artifactUri = `vstfs:///CodeReview/CodeReviewId/${project.id}%2F${request}`;
    const query = () => ({ artifactUri, 'api-version': '3.0-preview.1' });
    return this.#one({ area: 'discussion', path: 'threads' }, schema.listSchema, query);
  }

  repository(): Promise<schema.AzureRepository> {
    this.#repository ??= this.#findRepository();
    return this.#repository;
  }

  /** Names count without regard to case. One with the name of its project stands for that project. */
  async #findRepository(): Promise<schema.AzureRepository> {
    const wanted = percentDecode(this.place.repository ?? '').toLowerCase();
    const named = (await this.repositories()).filter(({ name }) => name.toLowerCase() === wanted);
    const found = named.find(({ project }) => project.name.toLowerCase() === wanted) ?? named[0];
    if (found !== undefined) return found;
    throw new HttpError('status', `there is no repository ${wanted} that the account may see`, 404);
  }

  /** Within a project its name will do. */
  async #repositoryKey(): Promise<string> {
    const { project, repository = '' } = this.place;
    return encodeURIComponent(project === undefined ? (await this.repository()).id : percentDecode(repository));
  }

  async #one<T>(resource: Resource, item: z.ZodType<T>, query: (speech: Speech) => Query = () => ({})): Promise<T> {
    for (;;) {
      const { speech } = this.dialect;
      const options = { query: { 'api-version': speech.version, ...query(speech) } };
      try {
        const value = await this.api.getJson(this.#path(resource, speech), item, options);
        this.dialect.confirm(speech);
        return value;
      } catch (error) {
        if (!this.dialect.learn(speech, error, this.#hasForms(resource))) throw error;
      }
    }
  }

  async *#pages<T>(
    resource: Resource,
    item: z.ZodType<T>,
    { query = () => ({}), size = perPage, follow = followSkip(size) }: ListOptions = {},
  ): AsyncGenerator<T> {
    for (let isUnderWay = false; !isUnderWay; ) {
      const { speech } = this.dialect;
      const options: PageOptions = {
        query: { 'api-version': speech.version, $top: size, ...query(speech) },
        list: (body) => z.object({ value: z.unknown() }).safeParse(body).data?.value,
        follow,
      };
      try {
        for await (const one of this.api.pages(this.#path(resource, speech), item, options)) {
          isUnderWay = true;
          yield one;
        }
        this.dialect.confirm(speech);
        return;
      } catch (error) {
        if (isUnderWay || !this.dialect.learn(speech, error, this.#hasForms(resource))) throw error;
      }
    }
  }

  #hasForms({ area, of }: Resource): boolean {
    return this.place.project !== undefined && of === undefined && (area === 'git' || area === 'discussion');
  }

  #path(resource: Resource, { projectFirst }: Speech): string {
    const { area, path, of } = resource;
    const { collection, project } = this.place;
    const scope = (of ?? (project === undefined ? [] : [project])).map(segment);
    const isBehind = this.#hasForms(resource) && !projectFirst;
    const parts = isBehind ? ['_apis', area, ...scope] : [...scope, '_apis', area];
    const before = collection === '' ? [] : collection.split('/').map(segment);
    return [...before, ...parts, ...(path === '' ? [] : [path])].join('/');
  }
}

/** A part of a URL, which may be encoded in part, or not at all. */
function segment(part: string): string {
  return encodeURIComponent(percentDecode(part));
}

function teamsOf(project: string): Resource & { readonly of: readonly string[] } {
  return { area: 'projects', path: `${encodeURIComponent(project)}/teams`, of: [] };
}

function criteria({ version }: Speech, values: Query): Query {
  if (Number(version) < withCriteria) return values;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`searchCriteria.${name}`, value]));
}
