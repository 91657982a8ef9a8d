import { orMissing } from '../../http/errors.js';
import type { Logger } from '../../log/logger.js';
import type { JenkinsClient } from '../jenkins/client.js';
import type { Build } from '../jenkins/schema.js';
import { ImporterError, UnstableError } from './error.js';

export interface BuildQuery {
  /** Path of the job from folder to folder. */
  readonly job: string;
  readonly branch: string;
  /** Those that count as stable. */
  readonly results: readonly string[];
}

export interface FoundBuild {
  /** The job that has the build: of a multibranch job, that of the branch. */
  readonly job: string;
  readonly number: number;
}

/**
 * Finds the newest stable build of a branch.
 *
 * @throws {UnstableError} where there is none
 * @throws {ImporterError} where there are no builds at all
 * @throws {HttpError} where Jenkins cannot be had
 */
export async function findBuild(client: JenkinsClient, query: BuildQuery, log: Logger): Promise<FoundBuild> {
  const { branch, results } = query;
  const job = await jobOfBranch(client, query);
  const last = await client.build(job, 'lastBuild');
  if (last === undefined) throw new ImporterError(`The job ${job} has no builds`);
  const own = numberOf(last, branch);
  if (own === undefined) log.warn(`The last build of ${job} does not tell which one was of branch ${branch}`);
  const newest = own ?? last.number;
  const builds = await client.builds(job);
  for (const { number, result } of builds) {
    if (number > newest || !results.includes(result ?? '')) continue;
    if (own === undefined || number === newest || (await isOf(client, job, number, branch))) return { job, number };
  }
  const [first] = builds.filter(({ number }) => number === newest);
  throw new UnstableError(
    `No build of ${job} for branch ${branch} has the result ${results.join(' or ')}; that of the last one is ${first?.result ?? 'not known'}`,
  );
}

async function jobOfBranch(client: JenkinsClient, { job, branch }: BuildQuery): Promise<string> {
  const children = await orMissing(client.children(job));
  if (children === undefined) throw new ImporterError(`Jenkins has no job ${job}, or does not show it`);
  if (children.length === 0) return job;
  // A slash in the name of a branch is not one of a path.
  const child = children.find((name) => name === branch || name === encodeURIComponent(branch));
  if (child === undefined) throw new ImporterError(`The job ${job} has no branch ${branch}`);
  return `${job}/${child}`;
}

async function isOf(client: JenkinsClient, job: string, number: number, branch: string): Promise<boolean> {
  const build = await client.build(job, number);
  return build !== undefined && numberOf(build, branch) === number;
}

/** The last build of a branch so far, as a build tells it. */
function numberOf({ actions }: Build, branch: string): number | undefined {
  const builds = actions.find((action) => action?.buildsByBranchName !== undefined)?.buildsByBranchName;
  return builds !== undefined && Object.hasOwn(builds, branch) ? builds[branch]?.buildNumber : undefined;
}
