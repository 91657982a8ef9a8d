import { z } from 'zod';
import type { ApiClient } from '../../http/api.js';
import { orMissing } from '../../http/errors.js';
import * as schema from './schema.js';

/** The most that GitLab gives at once. */
const perPage = 100;
const day = 86_400;

/** The part of the API of GitLab that is asked for; moments are in seconds since 1970. Throws as {@link ApiClient}. */
export class GitLabClient {
  constructor(private readonly api: ApiClient) {}

  /** @param path `group/project` */
  project(path: string): Promise<schema.GitLabProject> {
    const options = { conditional: true };
    return this.api.getJson(`projects/${encodeURIComponent(path)}`, schema.projectSchema, options);
  }

  /** The newest commit of a branch, undefined where there is no such branch. */
  async head(project: number, branch: string): Promise<string | undefined> {
    const path = `projects/${project}/repository/commits/${encodeURIComponent(branch)}`;
    return orMissing(this.api.getJson(path, schema.commitSchema).then(({ id }) => id));
  }

  /** Pushes, and deletions of branches and tags, from the day of a moment on or from some day before. */
  pushes(project: number, since: number): AsyncGenerator<schema.GitLabEvent> {
    // The day itself is left out, and it begins where the clock of the server says so.
    const after = since > 0 ? new Date((since - 2 * day) * 1000).toISOString().slice(0, 10) : undefined;
    const query = { action: 'pushed', after, sort: 'asc', per_page: perPage };
    return this.api.pages(`projects/${project}/events`, schema.eventSchema, { query });
  }

  /**
   * Merge requests of any state that were updated at a moment or later. In the order of their creation, which updates
   * do not change while they are read.
   */
  mergeRequests(project: number, since: number): AsyncGenerator<schema.MergeRequest> {
    const after = since > 0 ? new Date((since - 1) * 1000).toISOString() : undefined;
    const query = { state: 'all', order_by: 'created_at', sort: 'asc', updated_after: after, per_page: perPage };
    return this.api.pages(`projects/${project}/merge_requests`, schema.mergeRequestSchema, { query });
  }

  /** @param iid number of the merge request within its project */
  notes(project: number, iid: number): AsyncGenerator<schema.Note> {
    const query = { sort: 'asc', per_page: perPage };
    return this.api.pages(`projects/${project}/merge_requests/${iid}/notes`, schema.noteSchema, { query });
  }

  /** Projects of a group, those of its subgroups not. */
  groupProjects(group: string): AsyncGenerator<schema.GroupProject> {
    const query = { order_by: 'id', sort: 'asc', per_page: perPage };
    return this.api.pages(`groups/${encodeURIComponent(group)}/projects`, schema.groupProjectSchema, { query });
  }

  /** Whether a project has commits that may be seen. */
  async hasCommits(project: number): Promise<boolean> {
    const path = `projects/${project}/repository/commits`;
    const commits = await orMissing(this.api.getJson(path, z.array(z.unknown()), { query: { per_page: 1 } }));
    return commits !== undefined && commits.length > 0;
  }

  async version(): Promise<string> {
    return (await this.api.getJson('version', schema.versionSchema)).version;
  }
}
