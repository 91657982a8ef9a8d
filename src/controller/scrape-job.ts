import type { Runtime } from '../config/runtime.js';
import { isPlaceholder } from '../config/template.js';
import { ApiConnections } from '../http/connections.js';
import { openJenkins } from '../sources/jenkins/open.js';
import { placeOfSettings } from '../sources/jenkins/place.js';
import { startJob } from '../sources/jenkins/start-job.js';

export type ScrapeJobRuntime = Pick<
  Runtime,
  'home' | 'version' | 'environment' | 'settings' | 'credentials' | 'log' | 'signal'
>;

/** What agents leave to a job that reaches the other systems, by the names that the job knows the steps by. */
const gathererScripts = [
  'project_sources.py',
  'project_to_json.py',
  'jira_to_json.py',
  'history_to_json.py',
  'metric_options_to_json.py',
  'ldap_to_json.py',
];
/** All but what the agent has delivered. */
const importerTasks = ['all', 'developerlink', '-vcs', '-jenkins'];

/**
 * Starts the job of section `[jenkins]` that scrapes for a project what its agent could not.
 *
 * @returns false where the settings name no server or no job
 * @throws {ConfigError} where the settings cannot be used
 * @throws {HttpError} where the job cannot be started
 */
export async function startScrapeJob(runtime: ScrapeJobRuntime, project: string): Promise<boolean> {
  const { settings, version, environment, log, signal } = runtime;
  const place = placeOfSettings(runtime);
  const job = settings.get('jenkins', 'scrape');
  if (place === undefined || job === undefined) return false;
  const token = settings.get('jenkins', 'token');
  const connections = new ApiConnections({ version, environment, log, signal });
  try {
    const onProgress = (text: string): void => log.debug(text);
    const permission = 'Job/Read, and Job/Build or else the token of the job in option "token"';
    const client = openJenkins({ connections, log, signal, onProgress }, place, permission);
    const parameters = parametersFor(runtime, project);
    await startJob(client, { job, parameters, ...(token === undefined ? {} : { token }) }, { log, signal });
    log.info(`Started the job ${job} at ${place.url} for ${project}`);
    return true;
  } finally {
    await connections.close();
  }
}

function parametersFor({ settings }: ScrapeJobRuntime, project: string): Readonly<Record<string, string>> {
  const jira = settings.section('jira').get('server');
  return {
    listOfProjects: project,
    importerTasks: importerTasks.join(','),
    logLevel: 'INFO',
    cleanupRepos: 'true',
    gathererScripts: gathererScripts.join(' '),
    ...(jira === undefined || jira === '' || isPlaceholder(jira) ? {} : { jiraParameters: `--server ${jira}` }),
  };
}
