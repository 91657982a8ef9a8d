/** Where a variable has its effect. */
export type VariableScope = 'all commands' | 'agent' | 'pipeline' | 'controller' | 'settings.cfg' | 'credentials.cfg';

/** An environment variable that the program reads, and the option that stands for it. */
export interface Variable {
  readonly name: string;
  /** Name of the command line option, without dashes. */
  readonly option: string;
  readonly description: string;
  readonly scope: VariableScope;
  /** The value in force where nothing sets the variable. */
  readonly default?: string;
  /** Masked in the logs and in `gatherer config show`. */
  readonly secret: boolean;
}

interface Details {
  readonly option?: string;
  readonly default?: string;
  readonly secret?: boolean;
}

/** `JIRA_KEY` and `cleanupRepos` become `jira-key` and `cleanup-repos`. */
function optionName(name: string): string {
  return name
    .replaceAll('_', '-')
    .replace(/[a-z][A-Z]/g, (pair) => `${pair.charAt(0)}-${pair.charAt(1)}`)
    .toLowerCase();
}

function variable(scope: VariableScope, name: string, description: string, details: Details = {}): Variable {
  return {
    name,
    option: details.option ?? optionName(name),
    description,
    scope,
    ...(details.default === undefined ? {} : { default: details.default }),
    secret: details.secret ?? false,
  };
}

const secret = { secret: true };

const general = [
  variable(
    'all commands',
    'GATHERER_HOME',
    'Folder that holds the environment files `env` and `config/env`; the working directory where it is not set',
  ),
  variable(
    'all commands',
    'GATHERER_DEFAULTS_FILE',
    'Environment file of an installation, below all others; in the image it lays out /home/agent',
  ),
  variable('all commands', 'GATHERER_SETTINGS_FILE', 'Path of the settings', { default: 'settings.cfg' }),
  variable('all commands', 'GATHERER_CREDENTIALS_FILE', 'Path of the credentials', { default: 'credentials.cfg' }),
  variable('all commands', 'GATHERER_TOPDESK_FILE', 'Path of what says how to read a dump of TOPdesk', {
    default: 'topdesk.cfg',
  }),
  variable('all commands', 'GATHERER_SECRETS_FILE', 'Path of the salts that the controller hands out', {
    default: 'secrets.json',
  }),
  variable(
    'all commands',
    'GATHERER_URL_BLACKLIST',
    'Patterns, separated by commas, of URLs that no request is sent to, such as `http://*.example.org/path`',
  ),
  variable('all commands', 'logLevel', 'Least serious level that is logged; the option --log says the same', {
    default: 'INFO',
  }),
  variable('all commands', 'HTTP_PROXY', 'Proxy for requests over http'),
  variable('all commands', 'HTTPS_PROXY', 'Proxy for requests over https'),
  variable('all commands', 'NO_PROXY', 'Hosts, separated by commas, that are reached without the proxy', {
    option: 'proxy-bypass',
  }),
  variable('all commands', 'SSL_CERT_FILE', 'File of certificates (PEM) that are trusted besides those of the system'),
  variable('all commands', 'NODE_EXTRA_CA_CERTS', 'The same; Node.js reads it too'),
  variable(
    'all commands',
    'TZ',
    'Time zone of the dates in exported tables, such as Europe/Amsterdam; UTC in the image',
  ),
];

const agent = [
  variable('agent', 'SSH_PORT', 'Port of the SSH server of the controller, where the controller does not tell it', {
    default: '22',
  }),
  variable('agent', 'CRON_PERIOD', 'How often to scrape: 15min, hourly, daily, weekly, monthly or a cron expression'),
  variable('agent', 'BIGBOAT_PERIOD', 'How often to read the status of the BigBoat dashboard; values as CRON_PERIOD'),
  variable('agent', 'JENKINS_URL', 'Any value makes the agent scrape all projects once, at once, and end'),
  variable('agent', 'JIRA_KEY', 'Keys of the projects to scrape, separated by spaces'),
  variable(
    'agent',
    'PREFLIGHT_ARGS',
    'Options for the preflight checks, such as `--skip`; give it as --preflight-args=…',
  ),
  variable('agent', 'AGENT_LOGGING', 'Any value makes the agent send warnings and errors to the controller'),
  variable('agent', 'AGENT_LISTEN', 'Address of the web API; 0.0.0.0 in the image', { default: '127.0.0.1' }),
  variable('agent', 'AGENT_PORT', 'Port of the web API', { default: '7070' }),
  variable('agent', 'SCRAPE_AT_START', 'Any value makes a daemon scrape at its start too, not only when it is time', {
    option: 'scrape-at-start',
  }),
  variable(
    'agent',
    'SCRAPE_SINCE',
    'Date, YYYY-MM-DD, from which repositories are gathered of which nothing has been exported yet; all where it is not set',
  ),
  variable('agent', 'AGENT_HOST', 'Host, with port where there is one, that requests to the web API must name'),
  variable('agent', 'DEFINITIONS_CREDENTIALS_ENV', 'Name of the variable that holds the path of the main private key'),
  variable('agent', 'cleanupRepos', '`true` removes the clones of a project after its scrape, or after its pipeline', {
    default: 'false',
  }),
  variable(
    'agent',
    'skip_dropin',
    '`0` leaves the sources that are there in `data_sources.json`, beside those that `project-sources` finds',
  ),
  variable(
    'agent',
    'gathererScripts',
    'Steps that gather, separated by spaces, in place of those of every scrape: `git-to-json` or `git_to_json.py`',
  ),
];

const pipeline = [
  variable('pipeline', 'listOfProjects', 'Keys of the projects, separated by spaces'),
  variable(
    'pipeline',
    'importerTasks',
    'What is imported, separated by commas: `all`, `jira`, `vcs`, `metrics`, single tasks, `-task` for all but that; `skip` imports nothing',
    { default: 'all' },
  ),
  variable('pipeline', 'skipGather', 'Any value but `false` only imports what is there', { default: 'false' }),
  variable('pipeline', 'restoreFiles', 'Further update trackers, separated by spaces, that go into the database'),
  variable('pipeline', 'IMPORTER_BASE', 'Folder of the original importer, and where relPath starts', { default: '.' }),
  variable('pipeline', 'relPath', 'Folder of the exports, from IMPORTER_BASE on', { default: 'export' }),
  variable(
    'pipeline',
    'PIPELINE_IMPORTER',
    'gatherer, or java for the original importer; by default java where IMPORTER_BASE has importerjson.jar or `[importer]` of the settings says where it is',
  ),
  variable(
    'pipeline',
    'importerProperties',
    'Options of java for the original importer, such as -Dimporter.url=…',
    secret,
  ),
  variable('pipeline', 'importerBuild', 'Further options of retrieve-importer'),
  variable('pipeline', 'jiraParameters', 'Further options of jira-to-json'),
  variable('pipeline', 'trackerParameters', 'Further options of retrieve-update-trackers; --skip starts over'),
  variable('pipeline', 'dropinParameters', 'Further options of retrieve-dropins'),
  variable('pipeline', 'TOPDESK_FILE', 'File of the reservations of TOPdesk; without it they are left out'),
  variable('pipeline', 'SEATS_FILES', 'Pattern of the spreadsheets with seats; without it they are left out'),
];

const controller = [
  variable('controller', 'CONTROLLER_DATA', 'Folder of the data, certificates and keys', { default: 'data' }),
  variable('controller', 'CONTROLLER_LISTEN', 'Address to listen on; all where it is not set'),
  variable('controller', 'CONTROLLER_PORT', 'Port of the HTTPS server', { default: '443' }),
  variable('controller', 'CONTROLLER_SSH_PORT', 'Port of the SSH server', { default: '22' }),
  variable(
    'controller',
    'CONTROLLER_NAMES',
    'Names and addresses, separated by commas, for a certificate that is made',
  ),
  variable('controller', 'CONTROLLER_CERT', 'Path of the certificate (PEM) to show; one is made where it is not set'),
  variable('controller', 'CONTROLLER_KEY', 'Path of the private key of CONTROLLER_CERT'),
  variable(
    'controller',
    'CONTROLLER_CERT_COPY',
    'File that receives a copy of the certificate at each start, for agents that share a volume',
  ),
  variable('controller', 'CONTROLLER_REGISTRATION', 'Who may register: safe, or open as in the original', {
    default: 'safe',
  }),
  variable('controller', 'CONTROLLER_QUOTA', 'MiB that an agent may have uploaded and not imported'),
  variable('controller', 'CONTROLLER_TRUSTED_PROXIES', 'Networks, separated by commas, of trusted reverse proxies'),
  variable(
    'controller',
    'CONTROLLER_ENV_FILE',
    'Environment file that agents get; `env` of the data folder by default',
  ),
  variable('controller', 'DATABASE_URL', 'PostgreSQL server to use in place of the embedded database', secret),
];

const settings = [
  variable('settings.cfg', 'JIRA_SERVER', 'Base URL of the Jira server'),
  variable('settings.cfg', 'JIRA_USER', 'User name at Jira'),
  variable('settings.cfg', 'JIRA_PASSWORD', 'Password at Jira', secret),
  variable('settings.cfg', 'QUALITY_TIME_NAME', 'Name of the Quality-time server among the sources'),
  variable('settings.cfg', 'QUALITY_TIME_URL', 'URL of the Quality-time landing page'),
  variable('settings.cfg', 'SONAR_NAME', 'Name of the SonarQube server among the sources'),
  variable('settings.cfg', 'SONAR_URL', 'URL of the SonarQube landing page'),
  variable('settings.cfg', 'METRICS_URL', 'URL of the quality metrics of a project; part of old settings'),
  variable('settings.cfg', 'METRICS_HOST', 'Host of the quality metrics; part of old settings'),
  variable('settings.cfg', 'GITLAB_URL', 'Base URL of the GitLab that keeps the archive of repositories'),
  variable('settings.cfg', 'GITLAB_REPO', "Path of this program's own repository at that GitLab"),
  variable('settings.cfg', 'GITLAB_TOKEN', 'Token for the API of that GitLab', secret),
  variable('settings.cfg', 'GITLAB_USER', 'User of that GitLab who may read filtered repositories'),
  variable('settings.cfg', 'GITLAB_LEVEL', 'Access level of that user'),
  variable('settings.cfg', 'DROPINS_STORE', 'Kind of the store of dropins: owncloud, nextcloud or local'),
  variable('settings.cfg', 'DROPINS_URL', 'Base URL of the store of dropins'),
  variable('settings.cfg', 'DROPINS_USER', 'User name at the store of dropins'),
  variable('settings.cfg', 'DROPINS_PASSWORD', 'Password at the store of dropins', secret),
  variable('settings.cfg', 'MONETDB_USER', 'User name at the MonetDB of an original installation'),
  variable('settings.cfg', 'MONETDB_PASSWORD', 'Password at that MonetDB', secret),
  variable('settings.cfg', 'MONETDB_HOST', 'Host of that MonetDB'),
  variable('settings.cfg', 'MONETDB_NAME', 'Name of the database at that MonetDB'),
  variable('settings.cfg', 'SSH_USERNAME', 'User name at the SSH server of the controller'),
  variable('settings.cfg', 'SSH_HOST', 'Host of the controller, for HTTPS and SSH; `-` for none'),
  variable('settings.cfg', 'SSH_HTTPS_CERT', 'Path of the certificate that the controller must show'),
  variable('settings.cfg', 'IMPORTER_URL', 'URL of the archive of the original importer'),
  variable('settings.cfg', 'IMPORTER_JOB', 'Jenkins job that builds the original importer'),
  variable('settings.cfg', 'IMPORTER_BRANCH', 'Branch of that job'),
  variable('settings.cfg', 'IMPORTER_RESULTS', 'Build results, separated by commas, that count as stable'),
  variable('settings.cfg', 'IMPORTER_ARTIFACT', 'Path of the distribution among the artifacts of the build'),
  variable('settings.cfg', 'BIGBOAT_HOST', 'Base URL of the BigBoat dashboard'),
  variable('settings.cfg', 'BIGBOAT_KEY', 'API key of the BigBoat dashboard', secret),
  variable('settings.cfg', 'JENKINS_HOST', 'Base URL of the Jenkins server'),
  variable('settings.cfg', 'JENKINS_USERNAME', 'User name at Jenkins'),
  variable('settings.cfg', 'JENKINS_PASSWORD', 'Password at Jenkins', secret),
  variable('settings.cfg', 'JENKINS_VERIFY', 'Verification of the certificate of Jenkins: falsy for none, or a path'),
  variable('settings.cfg', 'JENKINS_JOB', 'Job that scrapes what the agent could not'),
  variable('settings.cfg', 'JENKINS_TOKEN', 'Token that starts that job', secret),
  variable('settings.cfg', 'SCHEDULE_DAYS', 'Days between two scrapes of an agent'),
  variable('settings.cfg', 'SCHEDULE_DRIFT', 'Minutes by which a scrape may be moved either way'),
  variable('settings.cfg', 'LDAP_SERVER', 'URL of the LDAP server'),
  variable('settings.cfg', 'LDAP_START_TLS', 'Any value but a falsy one: a connection to ldap:// is encrypted'),
  variable('settings.cfg', 'LDAP_CERT', 'Path of the certificates that the LDAP server must show or be signed by'),
  variable('settings.cfg', 'LDAP_ROOT_DN', 'DN below which LDAP is searched'),
  variable('settings.cfg', 'LDAP_SEARCH_FILTER', 'LDAP filter that finds a user by login name'),
  variable('settings.cfg', 'LDAP_MANAGER_DN', 'DN that searches LDAP'),
  variable('settings.cfg', 'LDAP_MANAGER_PASSWORD', 'Password of that DN', secret),
  variable('settings.cfg', 'LDAP_GROUP_DN', 'LDAP filter of the group whose members may log in'),
  variable('settings.cfg', 'LDAP_GROUP_ATTR', 'Attribute of a group that lists its members'),
  variable('settings.cfg', 'LDAP_DISPLAY_NAME', 'Attribute of a user that holds the name to show'),
  variable('settings.cfg', 'DEPLOYER_AUTH', 'How users of the deployment application log in: open, pwd, spwd or ldap'),
  variable('settings.cfg', 'PROJECT_NAME', 'Long name of the project in its quality reports'),
  variable('settings.cfg', 'SUBPROJECT_KEY', 'Key of a project that is part of the one of JIRA_KEY'),
  variable('settings.cfg', 'TEAM_NAME', 'Slug of the GitHub team of the project'),
  variable('settings.cfg', 'SUPPORT_TEAM', 'Any value but a falsy one: the project is a support team'),
  variable('settings.cfg', 'CONTROLLER_NETWORK', "Networks, separated by commas, that the project's agent may be in"),
  variable('settings.cfg', 'ACCESS_NETWORK', "Networks, separated by commas, that may read the project's data"),
];

const credentials = [
  variable('credentials.cfg', 'SOURCE_HOST', 'Host, with port where there is one, of the version control system'),
  variable('credentials.cfg', 'SOURCE_CREDENTIALS_ENV', 'Name of the variable that holds the path of the SSH key'),
  variable('credentials.cfg', 'SOURCE_USERNAME', 'User name at the version control system'),
  variable('credentials.cfg', 'SOURCE_PASSWORD', 'Password at the version control system', secret),
  variable('credentials.cfg', 'SOURCE_PORT', 'Port in place of the one in the URLs of repositories'),
  variable('credentials.cfg', 'SOURCE_PROTOCOL', 'Protocol of the web API: http or https'),
  variable('credentials.cfg', 'SOURCE_WEB_PORT', 'Port of the web API of an Azure DevOps Server'),
  variable('credentials.cfg', 'SOURCE_GITHUB_API', 'URL of the API of GitHub Enterprise'),
  variable('credentials.cfg', 'SOURCE_GITHUB_TOKEN', 'Token for the API of GitHub', secret),
  variable('credentials.cfg', 'SOURCE_GITHUB_BOTS', 'Login names, separated by commas, whose comments are left out'),
  variable('credentials.cfg', 'SOURCE_GITLAB_TOKEN', 'Token for the API of GitLab', secret),
  variable('credentials.cfg', 'SOURCE_TFS', 'Collection of the Azure DevOps Server, or any value to find it'),
  variable('credentials.cfg', 'SOURCE_GITLAB_GROUP', 'Path of the group at GitLab'),
  variable('credentials.cfg', 'SOURCE_FROM_DATE', 'Commits authored before this date are left out'),
  variable('credentials.cfg', 'SOURCE_TAG', 'Only commits up to this tag are gathered'),
  variable(
    'credentials.cfg',
    'SOURCE_STRIP',
    'Start of the path that is left out where an https URL becomes an SSH URL',
  ),
  variable('credentials.cfg', 'SOURCE_UNSAFE', 'Any value but a falsy one: certificate and host key are not verified'),
  variable('credentials.cfg', 'SOURCE_SKIP_STATS', 'Any value but a falsy one: no sizes of commits are gathered'),
  variable('credentials.cfg', 'DEFINITIONS_HOST', 'Host, with port where there is one, of the project definitions'),
  variable('credentials.cfg', 'DEFINITIONS_USERNAME', 'User name at that host'),
  variable('credentials.cfg', 'DEFINITIONS_PASSWORD', 'Password at that host', secret),
  variable('credentials.cfg', 'DEFINITIONS_UNSAFE', 'Any value but a falsy one: the certificate is not verified'),
];

/** Every environment variable of the program, in the order of the documentation. */
export const variables: readonly Variable[] = [
  ...general,
  ...agent,
  ...pipeline,
  ...controller,
  ...settings,
  ...credentials,
];
