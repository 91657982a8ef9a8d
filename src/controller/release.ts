import { RequestError } from './request-error.js';

/** The program that runs here. */
export interface Release {
  readonly version: string;
  /** Branch that releases are made from. */
  readonly branch: string;
  /** Full hash of the commit; undefined where the program does not run from a repository. */
  readonly commit?: string;
}

export interface VersionAnswer {
  readonly up_to_date: boolean;
  readonly version: string;
}

/**
 * Compares an agent with this controller.
 * @param asked a commit hash, or `<version>-<branch>-<commit hash>`
 * @throws RequestError 400 where the two cannot be compared
 */
export function compareVersion(asked: string, release: Release): VersionAnswer {
  const [version, ...rest] = asked.split('-');
  const commit = rest.at(-1) ?? asked;
  const branch = rest.length === 0 ? 'master' : rest.slice(0, -1).join('-');
  if (rest.length > 0 && version !== release.version) {
    throw new RequestError(400, `Can only compare version ${release.version}`);
  }
  if (!/^[0-9a-f]{40}\n?$/.test(commit)) {
    throw new RequestError(400, 'Version hash must be a valid commit hexsha');
  }
  if (release.commit === undefined) {
    throw new RequestError(400, 'Cannot detect local/remote repository');
  }
  if (rest.length > 0 && branch !== release.branch) {
    throw new RequestError(400, `Version must have branch ${release.branch}`);
  }
  return { up_to_date: commit === release.commit, version: release.commit };
}
