import { type Registration, register } from './registration.js';

/** Every command, one entry each, in the order of the help. A module is imported when its command runs. */
export const commands: readonly Registration[] = [
  register(
    'Run',
    'agent',
    'Scrape by a schedule, or once where JENKINS_URL is set',
    () => import('./commands/agent.js'),
  ),
  register(
    'Run',
    'pipeline [projects..]',
    'Gather and import projects where all systems can be reached, as a job of Jenkins',
    () => import('./commands/pipeline.js'),
  ),
  register(
    'Run',
    'controller [action] [target]',
    'Serve agents, and import what they deliver',
    () => import('./commands/controller.js'),
  ),
  register(
    'Run',
    'demo',
    'Controller, agent and repository on this machine, from commits to database',
    () => import('./commands/demo.js'),
  ),
  register(
    'Run',
    'shell [words..]',
    'A shell, or a command, with the environment of the env files',
    () => import('./commands/shell.js'),
  ),
  register(
    'Run',
    'health [service]',
    'Whether the agent or controller of this machine is well',
    () => import('./commands/health.js'),
  ),
  register('Run', 'status <project>', 'What was gathered when, and what failed', () => import('./commands/status.js')),
  register(
    'Steps of a scrape',
    'generate-key <project>',
    'Make the key pair and register it with the controller',
    () => import('./commands/generate-key.js'),
  ),
  register(
    'Steps of a scrape',
    'preflight <project>',
    'Ask the controller whether the project may be scraped now',
    () => import('./commands/preflight.js'),
  ),
  register(
    'Steps of a scrape',
    'retrieve-update-trackers <project>',
    'Fetch how far earlier imports came',
    () => import('./commands/retrieve-update-trackers.js'),
  ),
  register(
    'Steps of a scrape',
    'project-to-json <project>',
    'Describe the project, by the settings and its quality reports',
    () => import('./commands/project-to-json.js'),
  ),
  register(
    'Steps of a scrape',
    'jira-to-json <project>',
    'Gather the issues of a project with their history from Jira',
    () => import('./commands/jira-to-json.js'),
  ),
  register(
    'Steps of a scrape',
    'environment-sources <project>',
    'Find further repositories beside the known ones',
    () => import('./commands/environment-sources.js'),
  ),
  register(
    'Steps of a scrape',
    'git-to-json <project>',
    'Gather commits, changed paths and tags of repositories',
    () => import('./commands/git-to-json.js'),
  ),
  register(
    'Steps of a scrape',
    'jenkins-to-json <project>',
    'Count jobs, views and nodes of a Jenkins server',
    () => import('./commands/jenkins-to-json.js'),
  ),
  register(
    'Steps of a scrape',
    'gather <project> [types..]',
    'Gather sources of plug-ins that are no repositories',
    () => import('./commands/gather.js'),
  ),
  register(
    'Steps of a scrape',
    'ldap-to-json <project>',
    'Gather the members of the group of the project from LDAP',
    () => import('./commands/ldap-to-json.js'),
  ),
  register(
    'Steps of a scrape',
    'topdesk-to-json <project>',
    'Gather the reservations of the project from a dump of TOPdesk',
    () => import('./commands/topdesk-to-json.js'),
  ),
  register(
    'Steps of a scrape',
    'export-files <project>',
    'Send files to the controller, which imports them',
    () => import('./commands/export-files.js'),
  ),
  register(
    'Steps of a scrape',
    'list-files <type> [steps..]',
    'Name the files that steps may leave',
    () => import('./commands/list-files.js'),
  ),
  register(
    'Steps beside a scrape',
    'start-scrape <project>',
    'Start the Jenkins job that scrapes what an agent could not',
    () => import('./commands/start-scrape.js'),
  ),
  register(
    'Configuration',
    'sources',
    'List the sources, those of plug-ins too',
    () => import('./commands/sources.js'),
  ),
  register(
    'Configuration',
    'docs <folder>',
    'Write the generated pages of the documentation, with what plug-ins add',
    () => import('./commands/docs.js'),
  ),
  register('Configuration', 'config <action>', 'Check or show the configuration', () => import('./commands/config.js')),
];
