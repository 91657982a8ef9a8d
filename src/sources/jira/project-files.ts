import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../config/errors.js';
import { DenyList } from '../../http/deny-list.js';
import { environments as environmentsTable } from '../../tables/catalogue/project.js';
import { parseSourceEntries, sourcesFile } from '../entries.js';
import type { FileContents, StepContext } from '../step-source.js';
import type { JiraProject, Myself, ServerInfo } from './schema.js';
import { plain } from './values.js';

export const environmentsFile = environmentsTable.file;

export interface FoundJira {
  /** Base URL as it is configured. */
  readonly server: string;
  readonly serverInfo: ServerInfo;
  readonly myself: Myself | undefined;
  readonly project: JiraProject;
}

/**
 * The files that name the sources of the project and the systems that they are in, with Jira as it calls itself in place
 * of what they had of it.
 */
export function projectFiles(context: StepContext, since: FileContents, found: FoundJira): FileContents {
  const { exportFolder, environment } = context;
  const url = ownUrl(found);
  const entry = { type: 'jira', name: plain(found.project.name ?? found.project.key), url };
  const isDenied = DenyList.parse(environment['GATHERER_URL_BLACKLIST']).denies(new URL(url));
  const place = { type: 'jira', url, environment: url, version: isDenied ? '' : found.serverInfo.version };
  const sources = parseSourceEntries(since[sourcesFile] ?? '[]', path.join(exportFolder, sourcesFile));
  const others = parseEnvironments(since[environmentsFile] ?? '[]', path.join(exportFolder, environmentsFile));
  return {
    [sourcesFile]: asFile([entry, ...sources.filter(({ type }) => type !== 'jira')]),
    [environmentsFile]: asFile([place, ...others.filter(({ type }) => type !== 'jira')]),
  };
}

/** The base URL of Jira's own links, under which other systems know it. */
function ownUrl({ myself, server }: FoundJira): string {
  const self = /^(https?:\/\/.*?)\/rest\//.exec(myself?.self ?? '')?.[1];
  return self !== undefined && URL.canParse(self) ? self : server;
}

function asFile(rows: readonly unknown[]): string {
  return `${JSON.stringify(rows)}\n`;
}

const environmentsSchema = z.array(z.looseObject({ type: z.string() }));

function parseEnvironments(text: string, file: string): z.output<typeof environmentsSchema> {
  try {
    return environmentsSchema.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(file, 'is not a list of environments; restore it or delete it');
  }
}
