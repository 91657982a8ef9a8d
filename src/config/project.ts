import { z } from 'zod';
import { ConfigError } from './errors.js';
import { isFalsy } from './falsy.js';
import type { Settings } from './settings.js';

/** The key of a project names folders, users and database rows: capital letters only. */
export const projectKeySchema = z.string().regex(/^[A-Z]{1,64}$/, 'the key of a project: capital letters only');

/** What the settings say about a project. */
export interface Project {
  readonly key: string;
  /** Long name in quality reports; undefined where the project has none. */
  readonly name?: string;
  /** Key of the project that this one is part of. */
  readonly mainProject?: string;
  /** Slug of the GitHub team. */
  readonly team?: string;
  readonly supportTeam: boolean;
}

/**
 * A key of a project from outside.
 *
 * @param origin what holds the key, for the message: an option, a variable, a file
 * @throws ConfigError where it is not a key
 */
export function parseProjectKey(text: string, origin: string): string {
  const { data } = projectKeySchema.safeParse(text);
  if (data === undefined) throw new ConfigError(origin, `"${text}" is not the key of a project: capital letters only`);
  return data;
}

/**
 * Looks a project up in the settings.
 *
 * @throws ConfigError where the key is not one, or `[projects]` does not have it
 */
export function findProject(settings: Settings, text: string): Project {
  const project = describeProject(settings, text);
  if (!settings.projects.includes(project.key)) {
    const { key } = project;
    const known = settings.projects.length > 0 ? `it has ${settings.projects.join(', ')}` : 'it is empty';
    throw new ConfigError(settings.file, `project ${key} is not in section [projects]; ${known}`);
  }
  return project;
}

/**
 * What the settings say about a project, which `[projects]` need not have.
 *
 * @throws ConfigError where the key is not one
 */
export function describeProject(settings: Settings, text: string): Project {
  const key = parseProjectKey(text, 'project');
  const name = settings.get('projects', key);
  const mainProject = settings.get('subprojects', key)?.toUpperCase();
  const team = settings.get('teams', key);
  return {
    key,
    ...(name === undefined ? {} : { name }),
    ...(mainProject === undefined ? {} : { mainProject }),
    ...(team === undefined ? {} : { team }),
    supportTeam: settings.get('support', key) !== undefined,
  };
}

/**
 * Keys of JIRA_KEY, separated by spaces, each once.
 *
 * @throws ConfigError where one of them is not a key
 */
export function parseProjectKeys(value: string | undefined, origin: string): readonly string[] {
  const keys = (value ?? '').split(/\s+/).filter((key) => !isFalsy(key));
  return [...new Set(keys)].map((key) => parseProjectKey(key, origin));
}
