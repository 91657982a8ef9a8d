import type { ApiConnections } from '../http/connections.js';
import type { TableDefinition, TableRow, TableRows } from '../tables/definition.js';
import type { LocalTime } from '../tables/local-time.js';
import type { GatherContext, SourceEntry } from './source.js';

/** What a step is given that asks systems for a project as a whole. */
export interface StepContext extends Omit<GatherContext, 'entry'> {
  readonly home: string;
  /** Folder of files that someone put there for this project, in place of what a system would answer. */
  readonly dropins: string;
  /** Folder for what a run that dies leaves to the next one. It need not be there; it is removed after the export. */
  readonly keptFolder: string;
  readonly connections: ApiConnections;
  readonly time: LocalTime;
  /** Told that a part was refused or is broken, while the rest is exported; the step then counts as incomplete. */
  readonly onIncomplete: (reason: string) => void;
  /**
   * Gathers a part of the step that fails alone, such as one of its servers: all of its rows or none. Parts may be
   * gathered side by side.
   *
   * @param rows is given what it tells where something of the part is refused or broken, while its rest is exported
   * @returns what the rows ended with; undefined where the part failed, which is logged and makes the step incomplete
   */
  readonly gatherPart: <Result>(
    part: StepPart,
    rows: (onIncomplete: (reason: string) => void) => AsyncGenerator<TableRow, Result>,
  ) => Promise<Result | undefined>;
  /** Told how far the step is, for whoever watches. */
  readonly onProgress: (text: string) => void;
}

/** By what a part is told apart in messages and in the record of the run. */
export type StepPart = Pick<SourceEntry, 'name' | 'type'>;

/** Contents of files of the export folder, by their name: update trackers and documents. */
export type FileContents = Readonly<Record<string, string>>;

/**
 * A step that asks systems for a project as a whole, by the settings or by all sources together, such as
 * `jira-to-json`. One that is asked source by source is a `Source`.
 */
export interface StepSource {
  /** Name of the step, which is that of its command. */
  readonly step: string;
  /** Types of sources in `data_sources.json` that it has to do with. */
  readonly types: readonly string[];
  /** The step with the tables and the rest that a configuration in the home folder gives it, where there is such a one. */
  readonly configure?: (home: string) => StepSource;
  /** Tables that it writes, empty if need be. */
  readonly tables: readonly TableDefinition[];
  /** Those of them whose earlier rows stay behind the new ones. */
  readonly merged?: readonly TableDefinition[];
  /** Files of the update trackers, which it reads and writes. */
  readonly trackers: readonly string[];
  /** Other files that it reads and writes in the same way, and that are no tables. */
  readonly documents?: readonly string[];
  /**
   * Yields rows of what is new since the trackers say, and returns the new contents of trackers and documents; those
   * that are not named stay. Throws where the step as a whole fails; a bad item is logged with its identity and skipped.
   *
   * @param since contents of trackers and documents; absent where there is no such file
   * @throws {Unchanged} where nothing is to be written, not even empty tables
   */
  gather(context: StepContext, since: FileContents): AsyncGenerator<TableRows, FileContents>;
}

/** The files of earlier runs are to stay as they are; the message says why. The step has not failed. */
export class Unchanged extends Error {
  override readonly name = 'Unchanged';
}
