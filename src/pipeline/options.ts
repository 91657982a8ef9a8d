import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../config/environment.js';
import { ConfigError } from '../config/errors.js';
import { parseProjectKeys } from '../config/project.js';
import type { Runtime } from '../config/runtime.js';
import { wordsOf } from './words.js';

const importerKind = z.enum(['gatherer', 'java']);

/** How the pipeline of a central installation runs. */
export interface PipelineOptions {
  readonly projects: readonly string[];
  /** What is imported; undefined for nothing. */
  readonly tasks?: readonly string[];
  readonly importer: z.output<typeof importerKind>;
  /** Whether anything is gathered before the import. */
  readonly gathers: boolean;
  /** Whether clones are removed in the end. */
  readonly cleansUp: boolean;
  /** Update trackers that go into the database beside those of the steps that ran. */
  readonly restoreFiles: readonly string[];
  /** Folder of the original importer, as given; relative to GATHERER_HOME. */
  readonly importerBase: string;
  /** Folder of the exports, from there on. */
  readonly relPath: string;
  /** Absolute path of the exports, a folder for each project. */
  readonly exports: string;
  readonly topdeskFile?: string;
  readonly seatsFiles?: string;
  /** Further words of commands and programs. */
  readonly words: Readonly<Record<'jira' | 'trackers' | 'dropins' | 'importerBuild' | 'java', readonly string[]>>;
}

/**
 * Reads what a job of Jenkins sets.
 *
 * @param named projects of the command line, in place of listOfProjects
 * @throws {ConfigError} where no project is named, or a value makes no sense
 */
export function readPipelineOptions(
  { environment, settings, home }: Pick<Runtime, 'environment' | 'settings' | 'home'>,
  named: readonly string[],
): PipelineOptions {
  const projects = projectsOf(named, environment);
  const importerBase = environment['IMPORTER_BASE'] || '.';
  const relPath = environment['relPath'] || 'export';
  const exports = resolve(home, importerBase, relPath);
  const gathers = (environment['skipGather'] || 'false') === 'false';
  if (gathers && exports !== join(resolve(home), 'export')) {
    const place = join(importerBase, relPath);
    throw new ConfigError(
      'relPath',
      `${place} is not the folder that is gathered into, which is export; mend IMPORTER_BASE and relPath, or set skipGather`,
    );
  }
  const tasks = (environment['importerTasks'] || 'all').split(',').map((task) => task.trim());
  const { TOPDESK_FILE: topdeskFile, SEATS_FILES: seatsFiles } = environment;
  return {
    ...{ projects, gathers, importerBase, relPath, exports },
    ...(tasks.includes('skip') ? {} : { tasks: tasks.filter((task) => task !== '') }),
    importer: importerOf(environment, [
      existsSync(join(resolve(home, importerBase), 'importerjson.jar')),
      settings.get('importer', 'url') !== undefined,
      settings.get('importer', 'job') !== undefined,
    ]),
    cleansUp: environment.cleanupRepos === 'true',
    restoreFiles: wordsOf(environment['restoreFiles']),
    ...(topdeskFile && { topdeskFile }),
    ...(seatsFiles && { seatsFiles }),
    words: {
      jira: wordsOf(environment['jiraParameters']),
      trackers: wordsOf(environment['trackerParameters']),
      dropins: wordsOf(environment['dropinParameters']),
      importerBuild: wordsOf(environment['importerBuild']),
      java: wordsOf(environment['importerProperties']),
    },
  };
}

function projectsOf(named: readonly string[], environment: Environment): readonly string[] {
  const projects =
    named.length > 0
      ? parseProjectKeys(named.join(' '), 'projects')
      : parseProjectKeys(environment['listOfProjects'], 'listOfProjects');
  if (projects.length === 0) {
    throw new ConfigError('listOfProjects', 'is not set, so there is nothing to do; set it to keys of projects');
  }
  return projects;
}

/** @param signs whether there is an original importer, or a place to get it from */
function importerOf(environment: Environment, signs: readonly boolean[]): PipelineOptions['importer'] {
  const value = environment['PIPELINE_IMPORTER'] || (signs.includes(true) ? 'java' : 'gatherer');
  const { data } = importerKind.safeParse(value);
  if (data === undefined) throw new ConfigError('PIPELINE_IMPORTER', `expected gatherer or java, not "${value}"`);
  return data;
}
