import { describeProject } from '../../config/project.js';
import { DenyList } from '../../http/deny-list.js';
import { canonicalEntry } from '../canonical-entry.js';
import { qualityTimeSystem } from '../quality-time/index.js';
import { sonarQubeSystem } from '../sonarqube/index.js';
import type { SourceEntry } from '../source.js';
import type { StepContext } from '../step-source.js';
import type { DefinitionServer, DefinitionSystem } from './server.js';
import { withoutPassword } from './without-password.js';

/** The products, by the sections of `settings.cfg`, in the order in which they are asked. */
const sections = ['quality-time', 'sonar'] as const;
const systems: readonly DefinitionSystem[] = [qualityTimeSystem, sonarQubeSystem];

/** Types of the sources that define projects. */
export const definitionTypes: readonly string[] = systems.map(({ type }) => type);

export interface ConfiguredServers {
  /** Servers that may be asked about the project. */
  readonly servers: readonly DefinitionServer[];
  /** Whether the settings have any server, be it one that must not be asked, or not about this project. */
  readonly isConfigured: boolean;
}

/**
 * The servers that define the project, by the settings.
 *
 * @param url to ask in place of what the settings have
 * @throws {ConfigError} where a URL or an option of its host cannot be used
 */
export function configuredServers(context: StepContext, url: string | undefined): ConfiguredServers {
  const { settings, project, log } = context;
  const { name, mainProject } = describeProject(settings, project);
  const entries = sections.flatMap((section) => serverEntry(context, section, name ?? '') ?? []);
  if (name === undefined || mainProject !== undefined) {
    const reason = mainProject === undefined ? 'it has no long name' : `its main project is ${mainProject}`;
    log.info(`No server is asked about the project ${project}: ${reason}`);
    return { servers: [], isConfigured: entries.length > 0 };
  }
  const servers = entries.flatMap((entry) => openServer(context, entry, url, name) ?? []);
  return { servers, isConfigured: entries.length > 0 };
}

/** `{}` in a URL stands for the long name of the project. */
function serverEntry(
  { settings, project }: StepContext,
  section: string,
  projectName: string,
): SourceEntry | undefined {
  const option = (name: string): string | undefined => settings.getForProject(project, section, name);
  const [name, url, type = section] = [option('name'), option('url'), option('source_type')];
  if (name === undefined || url === undefined) return undefined;
  return canonicalEntry({ type, name, url: url.replaceAll('{}', projectName) });
}

function openServer(
  context: StepContext,
  entry: SourceEntry,
  url: string | undefined,
  projectName: string,
): DefinitionServer | undefined {
  const system = systems.find(({ type }) => type === entry.type);
  const address = url ?? entry.url;
  if (system === undefined) {
    context.log.warn(`${entry.name} is no server that defines projects: its source_type is ${entry.type}`);
    return undefined;
  }
  const denyList = DenyList.parse(context.environment['GATHERER_URL_BLACKLIST']);
  if (URL.canParse(address) && denyList.denies(new URL(address))) {
    context.log.info(`${entry.name} is not asked, because GATHERER_URL_BLACKLIST denies its URL`);
    return undefined;
  }
  return system.open(context, { entry: withoutPassword(entry), url: address, projectName });
}
