import { z } from 'zod';
import type { ApiClient } from '../../http/api.js';
import { HttpError } from '../../http/errors.js';

const anything = z.unknown();
const identified = z.object({ id: z.int() });
const branchSchema = z.object({ name: z.string() });
const memberSchema = z.object({ access_level: z.int() });

/** A group of GitLab that keeps copies of repositories. Failures of the API are thrown. */
export class GitLabArchive {
  #group: Promise<number> | undefined;

  /** @param group its path */
  constructor(
    private readonly api: ApiClient,
    readonly group: string,
  ) {}

  /** @returns false where there is one of that name already */
  async create(name: string): Promise<boolean> {
    const namespace = await this.groupId();
    const json = { name, path: name, namespace_id: namespace, visibility: 'private' };
    return unless([400, 409], this.api.sendJson('POST', 'projects', anything, { json }));
  }

  /** @returns false where there is none of that name */
  remove(name: string): Promise<boolean> {
    return unless([404], this.api.sendJson('DELETE', this.project(name), anything));
  }

  /** A later copy may have another history. */
  async unprotect(name: string): Promise<void> {
    const path = `${this.project(name)}/protected_branches`;
    const branches: string[] = [];
    for await (const branch of this.api.pages(path, branchSchema)) branches.push(branch.name);
    for (const branch of branches) {
      await this.api.sendJson('DELETE', `${path}/${encodeURIComponent(branch)}`, anything);
    }
  }

  async findUser(username: string): Promise<number | undefined> {
    const users = await this.api.getJson('users', z.array(identified), { query: { username } });
    return users[0]?.id;
  }

  /** @returns undefined for somebody who is no member */
  async levelOf(user: number): Promise<number | undefined> {
    try {
      return (await this.api.getJson(`${await this.members()}/${user}`, memberSchema)).access_level;
    } catch (error) {
      if (error instanceof HttpError && error.status === 404) return undefined;
      throw error;
    }
  }

  async addMember(user: number, level: number): Promise<void> {
    await this.api.sendJson('POST', await this.members(), anything, { json: { user_id: user, access_level: level } });
  }

  async changeMember(user: number, level: number): Promise<void> {
    await this.api.sendJson('PUT', `${await this.members()}/${user}`, anything, { json: { access_level: level } });
  }

  private project(name: string): string {
    return `projects/${encodeURIComponent(`${this.group}/${name}`)}`;
  }

  private async members(): Promise<string> {
    return `groups/${await this.groupId()}/members`;
  }

  private groupId(): Promise<number> {
    this.#group ??= this.findGroup();
    return this.#group;
  }

  private async findGroup(): Promise<number> {
    try {
      return (await this.api.getJson(`groups/${encodeURIComponent(this.group)}`, identified)).id;
    } catch (error) {
      if (!(error instanceof HttpError) || error.status !== 404) throw error;
      throw error.explained(`is there a group ${this.group}, and may the token see it?`);
    }
  }
}

/** False where the server answers with one of these statuses. */
async function unless(statuses: readonly number[], change: Promise<unknown>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof HttpError && error.status !== undefined && statuses.includes(error.status)) return false;
    throw error;
  }
}
