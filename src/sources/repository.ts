import type { LocalTime } from '../tables/local-time.js';
import type { GatherContext, Source } from './source.js';
import type { Sprints } from './sprints.js';

/** Tracker that all repositories share: `{name: version}`, the newest version that was exported. */
export const latestVersionsFile = 'latest_vcs_versions.json';

/** What a source is given that is a repository of a version control system, whatever else it has. */
export interface RepositoryContext extends GatherContext {
  /** Folder below which repositories are kept, one folder per project. */
  readonly repositories: string;
  /** False with `--ignore-host-change`. */
  readonly followHostChange: boolean;
  /** Where a repository is damaged or was rewritten: gather it from the beginning. */
  readonly force: boolean;
  /** False with `--no-pull`: what is there of a repository is used as it is. */
  readonly pull: boolean;
  readonly sprints: Sprints;
  readonly time: LocalTime;
  /** Told how far a repository is, for whoever watches. */
  readonly onProgress: (text: string) => void;
}

/** A system that keeps versions. It fills `vcs_versions` and has an entry in {@link latestVersionsFile}. */
export type RepositorySource = Source<RepositoryContext>;
