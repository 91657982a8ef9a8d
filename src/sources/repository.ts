import type { ApiConnections } from '../http/connections.js';
import type { TableDefinition } from '../tables/definition.js';
import type { LocalTime } from '../tables/local-time.js';
import type { KeyRegistrar } from './keys.js';
import type { Location } from './location.js';
import type { SharedSsh } from './shared-ssh.js';
import type { GatherContext, Source, SourceEntry } from './source.js';
import type { Sprints } from './sprints.js';

/** Tracker that all repositories share: `{name: version}`, the newest version that was exported. */
export const latestVersionsFile = 'latest_vcs_versions.json';

/** What a source is given that is a repository of a version control system, whatever else it has. */
export interface RepositoryContext extends GatherContext {
  readonly home: string;
  /** Folder below which repositories are kept, one folder per project. */
  readonly repositories: string;
  /** Folder of files that someone put there for this project, in place of what a system would answer. */
  readonly dropins: string;
  /** False with `--ignore-host-change`. */
  readonly followHostChange: boolean;
  /** Where a repository is damaged or was rewritten: gather it from the beginning. */
  readonly force: boolean;
  /** False with `--no-pull`: what is there of a repository is used as it is. */
  readonly pull: boolean;
  /**
   * Where nothing has been exported of the source yet, what is older than this moment is left out, for good: the tracker
   * goes past it. Seconds since 1970.
   */
  readonly earliest?: number;
  readonly sprints: Sprints;
  /** Shared by all sources of a run. */
  readonly connections: ApiConnections;
  /** Shared by all sources of a run. */
  readonly sharedSsh: SharedSsh;
  readonly time: LocalTime;
  /**
   * Told that a part of the source was refused, with what would mend it, while the rest is exported. The source then
   * counts as incomplete, and whoever looks at the outcome hears of it.
   */
  readonly onIncomplete: (reason: string) => void;
  /** Told how far a repository is, for whoever watches. */
  readonly onProgress: (text: string) => void;
}

/** What reaching the API of a source needs. */
export type ForgeContext = Pick<
  RepositoryContext,
  'entry' | 'credentials' | 'environment' | 'followHostChange' | 'connections' | 'log' | 'signal' | 'onProgress'
>;

/** The place of sources in an upstream system, such as a group of repositories. */
export interface SourceEnvironment {
  readonly type: string;
  readonly url: string | null;
  /** What tells it apart: sources with the same value are of one environment. */
  readonly environment: string | readonly (string | null)[];
  /** False where the credentials restrict the project to another one: no sources are looked for. */
  readonly inScope: boolean;
}

/** How a system tells of itself, and of further repositories that lie beside a known one. */
export interface EnvironmentFinder {
  /** Does not ask the system. Undefined where the entry is of no environment. */
  environmentOf(context: ForgeContext): SourceEnvironment | undefined;
  /** URL that the repository of the entry is reached by, where that is not the one of its location. */
  readonly addressOf?: (context: ForgeContext) => string;
  /**
   * All repositories of the environment of the entry that can be gathered, the known ones too. Systems of which a source
   * is the whole server do not have it.
   */
  readonly findSources?: (context: ForgeContext) => Promise<readonly SourceEntry[]>;
  /** Version of the system; empty where it does not tell. Does not fail. */
  findVersion(context: ForgeContext): Promise<string>;
}

/** A system that keeps versions. It fills `vcs_versions` and has an entry in {@link latestVersionsFile}. */
export interface RepositorySource extends Source<RepositoryContext> {
  /**
   * Further tables that it may fill. Those of an earlier run stay as they are where none of its repositories has
   * anything new, which `gather` says by no values of trackers.
   */
  readonly tablesOfNews?: readonly TableDefinition[];
  /** Whether it also serves a source of type `git` there, because the credentials know of its API. */
  readonly servesGitAt?: (location: Location) => boolean;
  readonly environments?: EnvironmentFinder;
  readonly keys?: KeyRegistrar;
}
