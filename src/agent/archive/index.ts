import path from 'node:path';
import { ConfigError } from '../../config/errors.js';
import { copyWithoutContents } from '../../git/filter-contents.js';
import { ApiConnections } from '../../http/connections.js';
import { GitLabArchive } from '../../sources/gitlab/archive.js';
import { type AgentContext, logFailure } from '../context.js';
import type { TransferOptions } from '../transfer.js';
import { archiveGroup, type ClonedRepository, findClonedRepositories } from './repositories.js';
import { pushRepository, sendBundle } from './upload.js';

/** What is done with each repository: at GitLab, or sent to the controller. */
export type ArchiveAction = 'delete' | 'create' | 'upload' | 'agent';

export interface ArchiveOptions extends TransferOptions {
  readonly action?: ArchiveAction | undefined;
  /** Names of the repositories; all without. */
  readonly repositories?: readonly string[] | undefined;
  /** The contents of files are left out of what is archived. */
  readonly filtered: boolean;
  /** Of GitLab; by default those of the settings. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  /** User that becomes a member of the group, with this access level; false for none. */
  readonly user?: string | false | undefined;
  readonly level?: string | undefined;
  /** Only say what would happen. */
  readonly dryRun: boolean;
}

/** GitLab as the options have it, or the settings. */
interface ArchiveServer {
  /** Without trailing slash. */
  readonly url: string;
  readonly token: string;
}

/** Access levels that GitLab has for members of a group. */
const highestLevel = 50;
const permission = 'the scope api, of an owner of the group';

/**
 * Archives the repositories of a project. One that fails is logged, and stops no other.
 *
 * @returns exit code
 * @throws {ConfigError} where an option or a setting is missing or cannot be used
 */
export async function archiveRepositories(context: AgentContext, options: ArchiveOptions): Promise<number> {
  const { log, project } = context;
  const group = archiveGroup(context);
  if (group === undefined) {
    log.error(`${project} has no source at a host with a gitlab_token, which would name the group of the archive`);
    return 1;
  }
  const repositories = await findClonedRepositories(context, options.repositories);
  log.info(`${project}: ${repositories.length} repositories for the group ${group}`);
  const { version, environment } = context.runtime;
  const connections = new ApiConnections({ version, environment, log, signal: context.signal });
  try {
    const archive = new Archiving(context, options, group, connections);
    const failed = await archive.all(repositories);
    return failed > 0 ? 1 : 0;
  } finally {
    await connections.close();
  }
}

/** The archiving of one project. */
class Archiving {
  private readonly dryRun: string;

  constructor(
    private readonly context: AgentContext,
    private readonly options: ArchiveOptions,
    private readonly group: string,
    private readonly connections: ApiConnections,
  ) {
    this.dryRun = options.dryRun ? 'Dry run: ' : '';
  }

  /** @returns how many failed */
  async all(repositories: readonly ClonedRepository[]): Promise<number> {
    const { log, signal } = this.context;
    const { action, user = this.setting('user') } = this.options;
    const wantsUser = typeof user === 'string' && action !== 'agent' && action !== 'delete';
    const server = wantsUser || (action !== undefined && action !== 'agent') ? this.server() : undefined;
    const level = wantsUser ? this.level() : 0;
    let failed = 0;
    for (const repository of repositories) {
      try {
        const code = await this.one(repository, server);
        failed += code === 0 ? 0 : 1;
      } catch (error) {
        signal.throwIfAborted();
        logFailure(log, error, `${repository.name} could not be archived`);
        failed += 1;
      }
    }
    if (wantsUser && server !== undefined && repositories.length > 0) await this.giveAccess(server, user, level);
    return failed;
  }

  private async one(repository: ClonedRepository, server: ArchiveServer | undefined): Promise<number> {
    const { action, dryRun } = this.options;
    const archived = this.options.filtered ? await this.filter(repository) : repository;
    if (action === 'agent') return sendBundle(this.context, archived, { ...this.options, dryRun });
    if (action === undefined || server === undefined) return 0;
    if (action === 'delete') await this.remove(server, archived);
    else await this.create(server, archived);
    if (action === 'upload') await this.upload(server, archived);
    return 0;
  }

  private async filter({ name, gitFolder }: ClonedRepository): Promise<ClonedRepository> {
    const { runtime, log, signal, project } = this.context;
    const target = path.join(runtime.home, 'filtered-git-repos', project, `${name}.git`);
    log.info(`${this.dryRun}Copying ${name} to ${target} without the contents of its files`);
    if (!this.options.dryRun) {
      await copyWithoutContents({ gitFolder, target, environment: runtime.environment, signal });
    }
    return { name, gitFolder: target };
  }

  private async remove(server: ArchiveServer, { name }: ClonedRepository): Promise<void> {
    const isRemoved = this.options.dryRun || (await this.at(server).remove(name));
    if (isRemoved) this.say(`Deleted ${this.group}/${name} from ${server.url}`);
    else this.context.log.warn(`There is no ${this.group}/${name} at ${server.url}`);
  }

  private async create(server: ArchiveServer, { name }: ClonedRepository): Promise<void> {
    const isCreated = this.options.dryRun || (await this.at(server).create(name));
    if (isCreated) this.say(`Created ${this.group}/${name} at ${server.url}`);
    else this.context.log.warn(`${this.group}/${name} could not be created at ${server.url}: is it there already?`);
  }

  private async upload(server: ArchiveServer, repository: ClonedRepository): Promise<void> {
    const { name } = repository;
    const url = `${server.url}/${this.group}/${name}.git`;
    if (!this.options.dryRun) {
      const archive = this.at(server);
      // That of an earlier upload may refuse another history; the first push of a branch may protect it again.
      await archive.unprotect(name);
      await pushRepository(this.context, repository, { url, token: server.token });
      await archive.unprotect(name);
    }
    this.say(`Uploaded ${name} to ${url}`);
  }

  private async giveAccess(server: ArchiveServer, username: string, level: number): Promise<void> {
    const { log } = this.context;
    const archive = this.at(server);
    const user = await archive.findUser(username);
    if (user === undefined) {
      log.warn(`There is no such user at ${server.url} who could become a member of ${this.group}`);
      return;
    }
    const known = await archive.levelOf(user);
    if (known === level) {
      log.info(`The user is a member of ${this.group} already`);
      return;
    }
    if (!this.options.dryRun) {
      await (known === undefined ? archive.addMember(user, level) : archive.changeMember(user, level));
    }
    this.say(`Gave the user the access level ${level} in ${this.group}`);
  }

  private say(text: string): void {
    this.context.log.info(`${this.dryRun}${text}`);
  }

  private setting(name: 'url' | 'token' | 'user' | 'level'): string | undefined {
    return this.context.runtime.settings.get('gitlab', name);
  }

  private server(): ArchiveServer {
    const url = this.options.url ?? this.setting('url');
    const token = this.options.token ?? this.setting('token');
    if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url)) {
      throw new ConfigError('--url', 'expected the https address of GitLab; gitlab.url in the settings says it, too');
    }
    if (token === undefined) {
      throw new ConfigError(
        '--token',
        `expected a token with ${permission}; gitlab.token in the settings says it, too`,
      );
    }
    return { url: url.replace(/\/+$/, ''), token };
  }

  private level(): number {
    const text = this.options.level ?? this.setting('level') ?? '';
    const level = Number(text);
    if (!/^\d+$/.test(text) || level > highestLevel) {
      throw new ConfigError('--level', `expected an access level of GitLab, such as 20 for a reporter, not "${text}"`);
    }
    return level;
  }

  private at({ url, token }: ArchiveServer): GitLabArchive {
    const { log, signal } = this.context;
    const base = new URL(`${url}/api/v4/`);
    const api = this.connections.open({
      name: `GitLab at ${base.host}`,
      base,
      account: token,
      headers: { 'private-token': token },
      remedy: () => `--token, or gitlab.token of the settings, needs ${permission}`,
      onProgress: (text) => log.info(text),
      ...{ log, signal },
    });
    return new GitLabArchive(api, this.group);
  }
}
