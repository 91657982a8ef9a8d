import { z } from 'zod';
import type { ApiClient } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';
import { type AskPage, type ListPage, type OffsetPage, offsetPages, type TokenPage, tokenPages } from './pages.js';
import * as schema from './schema.js';

/** The most that Jira answers at once of what is small. */
const perPage = 100;
/**
 * Issues that are asked for at once: with their changelogs they are large. Many small answers side by side come sooner
 * than a few large ones, and take less memory.
 */
const issuesPerPage = 10;
/** Pages that are asked for side by side: enough that requests are under way while one is read. */
const pagesAhead = 12;

const anyList = z.array(z.unknown());

/** Issues that come together, as Jira has them. */
export interface IssuePage extends ListPage {
  /** What the Cloud is asked for the next page by; undefined at the end, and on servers. */
  readonly next: string | undefined;
}

/** A page with the JSON that it came in. */
export interface AnsweredPage extends IssuePage {
  readonly json: string;
}

/** A page as Jira answers it, be it a server or the Cloud. */
export function issuePage({ issues, isLast, nextPageToken }: z.output<typeof schema.tokenSearchSchema>): IssuePage {
  return { items: issues, next: isLast === true ? undefined : (nextPageToken ?? undefined) };
}

/** Where pages of issues end. */
export interface SearchEnd {
  /** Number of issues up to there. */
  readonly count: number;
  readonly next?: string | undefined;
}

const searchBegin: SearchEnd = { count: 0 };

/** The part of the APIs of Jira that is asked for. Lists are not checked item by item. Throws as {@link ApiClient}. */
export class JiraClient {
  private constructor(
    private readonly api: ApiClient,
    readonly server: schema.ServerInfo,
    private readonly agilePath: string,
  ) {}

  /** Asks what server there is, for which no account is needed. */
  static async connect(api: ApiClient, agilePath: string): Promise<JiraClient> {
    return new JiraClient(api, await api.getJson('api/2/serverInfo', schema.serverInfoSchema), agilePath);
  }

  get isCloud(): boolean {
    return this.server.deploymentType?.toLowerCase() === 'cloud';
  }

  private get platform(): string {
    return this.isCloud ? 'api/3' : 'api/2';
  }

  myself(): Promise<schema.Myself> {
    return this.api.getJson(`${this.platform}/myself`, schema.myselfSchema);
  }

  project(key: string): Promise<schema.JiraProject> {
    return this.api.getJson(`${this.platform}/project/${encodeURIComponent(key)}`, schema.projectSchema);
  }

  async *projects(): AsyncGenerator<ListPage> {
    if (this.isCloud) yield* this.values(`${this.platform}/project/search`);
    else yield { items: await this.api.getJson(`${this.platform}/project`, anyList) };
  }

  versions(project: string): Promise<readonly unknown[]> {
    return this.api.getJson(`${this.platform}/project/${encodeURIComponent(project)}/versions`, anyList);
  }

  components(project: string): Promise<readonly unknown[]> {
    return this.api.getJson(`${this.platform}/project/${encodeURIComponent(project)}/components`, anyList);
  }

  async linkTypes(): Promise<readonly unknown[]> {
    return (await this.api.getJson(`${this.platform}/issueLinkType`, schema.linkTypesSchema)).issueLinkTypes;
  }

  /** The fields that issues can have. */
  fields(): Promise<readonly unknown[]> {
    return this.api.getJson(`${this.platform}/field`, anyList);
  }

  /** Users whom issues of a project can be assigned to. */
  async *assignableUsers(project: string): AsyncGenerator<ListPage> {
    const path = `${this.platform}/user/assignable/multiProjectSearch`;
    const search = this.isCloud ? { query: '' } : { username: '' };
    const ask: AskPage = async (startAt, maxResults) => {
      const query = { ...search, projectKeys: project, startAt, maxResults };
      return { items: await this.api.getJson(path, anyList, { query }) };
    };
    let last: string | undefined;
    for await (const users of offsetPages(ask, { size: perPage, ahead: 1 })) {
      // A server that does not page would answer the same for ever.
      const first = JSON.stringify(users.items[0]);
      if (first === last) return;
      last = first;
      yield users;
    }
  }

  /** A user by the key that changelogs have; undefined where there is none, or it may not be asked. */
  async userOfKey(key: string): Promise<unknown> {
    try {
      return await this.api.getJson(`${this.platform}/user`, schema.objectSchema, { query: { key } });
    } catch (error) {
      if (error instanceof HttpError && [400, 403, 404].includes(error.status ?? 0)) return undefined;
      throw error;
    }
  }

  /** Users whom a text fits, those who have left too; servers look for it where names and e-mail addresses begin. */
  findUsers(text: string): Promise<readonly unknown[]> {
    const search = this.isCloud ? { query: text } : { username: text, includeInactive: true };
    return this.api.getJson(`${this.platform}/user/search`, anyList, { query: { ...search, maxResults: perPage } });
  }

  /** Boards that show a project. */
  boards(project: string): AsyncGenerator<ListPage> {
    return this.values(`${this.agilePath}/1.0/board`, { projectKeyOrId: project });
  }

  sprints(board: string): AsyncGenerator<ListPage> {
    return this.values(`${this.agilePath}/1.0/board/${encodeURIComponent(board)}/sprint`);
  }

  /**
   * Issues with their changelogs, the oldest first.
   *
   * @param from where an earlier answer has ended; a server is asked for the last issue of that again
   */
  issues(jql: string, fields: readonly string[], from: SearchEnd = searchBegin): AsyncGenerator<AnsweredPage> {
    const query = { jql: `${jql} ORDER BY key ASC`, fields: fields.join(','), expand: 'changelog' };
    return this.isCloud ? this.cloudIssues(query, from) : this.serverIssues(query, from);
  }

  private serverIssues(query: Readonly<Record<string, string>>, from: SearchEnd): AsyncGenerator<AnsweredPage> {
    const ask = async (startAt: number, maxResults: number): Promise<OffsetPage & AnsweredPage> => {
      const url = this.api.url(`${this.platform}/search`, { ...query, startAt, maxResults });
      const { response, value } = await this.api.get(url);
      const { total, issues } = response.check(value, schema.searchSchema);
      return { total, items: issues, next: undefined, json: response.text };
    };
    const startAt = Math.max(0, from.count - 1);
    return offsetPages(ask, { size: issuesPerPage, ahead: pagesAhead, startAt });
  }

  private async *cloudIssues(
    query: Readonly<Record<string, string>>,
    { count, next: from }: SearchEnd,
  ): AsyncGenerator<AnsweredPage> {
    if (count > 0 && from === undefined) return;
    const ask = async (nextPageToken: string | undefined): Promise<TokenPage & AnsweredPage> => {
      const url = this.api.url(`${this.platform}/search/jql`, { ...query, maxResults: perPage, nextPageToken });
      const { response, value } = await this.api.get(url);
      return { ...issuePage(response.check(value, schema.tokenSearchSchema)), json: response.text };
    };
    yield* tokenPages(ask, from);
  }

  /** All entries of the changelog of an issue. */
  changelog(issue: string): AsyncGenerator<ListPage> {
    return this.values(`${this.platform}/issue/${encodeURIComponent(issue)}/changelog`);
  }

  /** Comments on an issue from the one with a number on. */
  comments(issue: string, startAt: number): AsyncGenerator<ListPage> {
    const path = `${this.platform}/issue/${encodeURIComponent(issue)}/comment`;
    const ask: AskPage = async (first, maxResults) => {
      const options = { query: { startAt: first, maxResults, orderBy: this.isCloud ? 'created' : undefined } };
      const { total, comments } = await this.api.getJson(path, schema.commentsSchema, options);
      return { total, items: comments };
    };
    return offsetPages(ask, { size: perPage, ahead: pagesAhead, startAt });
  }

  private values(path: string, query: Readonly<Record<string, string>> = {}): AsyncGenerator<ListPage> {
    const ask = async (startAt: number, maxResults: number): Promise<OffsetPage> => {
      const options = { query: { ...query, startAt, maxResults } };
      const { values, total, isLast } = await this.api.getJson(path, schema.valuesSchema, options);
      return { items: values, total, isLast };
    };
    return offsetPages(ask, { size: perPage, ahead: pagesAhead });
  }
}
