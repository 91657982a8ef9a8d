import { NetworkError, parseNetworks } from './networks.js';
import type { OptionDefinition } from './option.js';
import * as option from './option.js';

/** What a section of `settings.cfg` means and holds. */
export interface SectionDefinition {
  readonly description: string;
  /** Options by name. */
  readonly options: Readonly<Record<string, OptionDefinition>>;
  /** Whether `option.KEY` overrides an option for the project KEY. */
  readonly perProject?: boolean;
  /** What the value of any other option means, in sections whose options are keys of projects. */
  readonly keyed?: OptionDefinition;
}

const secret = { secret: true };

const networks = option.checked('IP networks separated by commas, such as 10.0.0.0/8, without host bits', isNetworks);

function isNetworks(value: string): boolean {
  try {
    parseNetworks(value);
    return true;
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}

/** Every section of `settings.cfg`, in the order of the documentation. */
/** A folder is told by its path, which may be a `file` URL. */
function isStorePlace(value: string): boolean {
  return /^https?:\/\//i.test(value) ? URL.canParse(value) : /^(?:file:\/\/)?[/.\w]/.test(value);
}

export const settingsSections: Readonly<Record<string, SectionDefinition>> = {
  projects: {
    description: 'The projects that are gathered, by key. The first one names the agent.',
    options: {},
    keyed: option.text('Long name of the project in its quality reports; falsy where it has none.', {
      variable: 'PROJECT_NAME',
    }),
  },
  subprojects: {
    description: 'Projects that are part of another one, by key.',
    options: {},
    keyed: option.projectKey('Key of the main project.', { variable: 'JIRA_KEY' }),
  },
  teams: {
    description: 'GitHub teams, by key of their project.',
    options: {},
    keyed: option.text('Slug of the team that manages the repositories of the project.', { variable: 'TEAM_NAME' }),
  },
  support: {
    description: 'Which projects are support teams, by key.',
    options: {},
    keyed: option.flag('Any value but a falsy one: the project is a support team.', { variable: 'SUPPORT_TEAM' }),
  },
  groups: {
    description: 'LDAP groups, by key of their project.',
    options: {},
    keyed: option.text('Name of the group whose members work on the project.'),
  },
  network: {
    description: 'Networks that agents call the controller from, by key of the project.',
    options: {},
    keyed: networks('IP networks, separated by commas, in which the agent of the project may be.', {
      variable: 'CONTROLLER_NETWORK',
    }),
  },
  access: {
    description: 'Networks that may read gathered data, by key of the project.',
    options: {
      '*': networks('Networks that may read the data of all projects. Without this option everybody may.'),
      _: networks('Proxies whose X-Forwarded-For header is believed.'),
    },
    keyed: networks('IP networks, separated by commas, that may read the data of the project.', {
      variable: 'ACCESS_NETWORK',
    }),
  },
  ssh: {
    description: 'The controller, as agents reach it.',
    options: {
      host: option.host('Host of the controller, for its HTTPS API and for SSH. Falsy: there is no controller.', {
        variable: 'SSH_HOST',
      }),
      username: option.text('User name at the SSH server of the controller.', { variable: 'SSH_USERNAME' }),
      cert: option.text(
        'Path of the certificate (PEM) that the API must show or be signed by. Falsy: the certificates of the system.',
        { variable: 'SSH_HTTPS_CERT' },
      ),
    },
  },
  schedule: {
    description: 'When the controller lets agents scrape.',
    options: {
      days: option.wholeNumber('Days between two scrapes of an agent.', { variable: 'SCHEDULE_DAYS' }),
      drift: option.wholeNumber(
        'Minutes by which a scrape may be moved either way, to spread the load of many agents.',
        {
          variable: 'SCHEDULE_DRIFT',
        },
      ),
    },
  },
  jira: {
    description: 'The Jira server of the projects.',
    options: {
      server: option.webUrl('Base URL.', { variable: 'JIRA_SERVER' }),
      username: option.text('User name; a section of the credentials for its host may hold it too.', {
        variable: 'JIRA_USER',
      }),
      password: option.text('Password; a section of the credentials for its host may hold it too.', {
        variable: 'JIRA_PASSWORD',
        ...secret,
      }),
    },
  },
  'quality-time': {
    description: 'The Quality-time server, for project definitions and the history of metrics.',
    perProject: true,
    options: {
      name: option.text('Name of the server among the sources of a project.', { variable: 'QUALITY_TIME_NAME' }),
      url: option.webUrl('URL of the landing page. `{}` in it stands for the long name of the project.', {
        variable: 'QUALITY_TIME_URL',
      }),
      source_type: option.text('Type of the source, where it is not the name of the section.'),
    },
  },
  sonar: {
    description: 'The SonarQube server, for metrics and project definitions.',
    perProject: true,
    options: {
      name: option.text('Name of the server among the sources of a project.', { variable: 'SONAR_NAME' }),
      url: option.webUrl('URL of the landing page. `{}` in it stands for the long name of the project.', {
        variable: 'SONAR_URL',
      }),
      source_type: option.text('Type of the source, where it is not the name of the section.'),
    },
  },
  metrics: {
    description: 'Quality metrics of old installations. Kept so that their settings pass the check; nothing reads it.',
    options: {
      url: option.text('URL of the metrics.', { variable: 'METRICS_URL' }),
      host: option.text('Host of the metrics.', { variable: 'METRICS_HOST' }),
    },
  },
  gitlab: {
    description: 'The GitLab that keeps the archive of repositories, and this program.',
    options: {
      url: option.webUrl('Base URL.', { variable: 'GITLAB_URL' }),
      repo: option.text('Path of the repository of this program.', { variable: 'GITLAB_REPO' }),
      token: option.text('Token for the API, of a user that may make repositories and give access to them.', {
        variable: 'GITLAB_TOKEN',
        ...secret,
      }),
      user: option.text('User that may read the filtered repositories.', { variable: 'GITLAB_USER' }),
      level: option.text('Access level of that user.', { variable: 'GITLAB_LEVEL' }),
    },
  },
  dropins: {
    description: 'The store of files that take the place of what cannot be gathered.',
    options: {
      type: option.choice(
        'owncloud',
        'nextcloud',
        'local',
      )('Kind of the store: owncloud, nextcloud or local. It has a folder `dropins` with one folder per project.', {
        variable: 'DROPINS_STORE',
      }),
      url: option.checked('a URL that starts with http:// or https://, or the path of a folder', isStorePlace)(
        'Base URL, or the path of a local folder.',
        { variable: 'DROPINS_URL' },
      ),
      username: option.text('User name.', { variable: 'DROPINS_USER' }),
      password: option.text('Password.', { variable: 'DROPINS_PASSWORD', ...secret }),
    },
  },
  database: {
    description: 'The MonetDB of an original installation.',
    options: {
      username: option.text('User name.', { variable: 'MONETDB_USER' }),
      password: option.text('Password.', { variable: 'MONETDB_PASSWORD', ...secret }),
      host: option.host('Host.', { variable: 'MONETDB_HOST' }),
      name: option.text('Name of the database.', { variable: 'MONETDB_NAME' }),
    },
  },
  importer: {
    description: 'The importer of an original installation.',
    options: {
      url: option.webUrl('URL of the archive that holds it.', { variable: 'IMPORTER_URL' }),
      job: option.text('Jenkins job that builds it.', { variable: 'IMPORTER_JOB' }),
      branch: option.text('Branch of the job.', { variable: 'IMPORTER_BRANCH' }),
      results: option.text('Build results, separated by commas, that count as stable.', {
        variable: 'IMPORTER_RESULTS',
      }),
      artifact: option.text('Path of the distribution among the artifacts of the build.', {
        variable: 'IMPORTER_ARTIFACT',
      }),
    },
  },
  bigboat: {
    description: 'The BigBoat dashboard whose health checks are gathered.',
    perProject: true,
    options: {
      host: option.webUrl('Base URL.', { variable: 'BIGBOAT_HOST' }),
      key: option.text('API key.', { variable: 'BIGBOAT_KEY', ...secret }),
    },
  },
  jenkins: {
    description: 'The Jenkins server whose builds are gathered, and that the controller starts scrapes on.',
    options: {
      host: option.webUrl('Base URL.', { variable: 'JENKINS_HOST' }),
      username: option.text('User name. Falsy: no login; the credentials of its host may hold it too.', {
        variable: 'JENKINS_USERNAME',
      }),
      password: option.text('Password or token. Falsy: no login; the credentials of its host may hold it too.', {
        variable: 'JENKINS_PASSWORD',
        ...secret,
      }),
      verify: option.text(
        'Verification of the certificate: a path of a certificate to expect, or any other value for the usual one. Falsy: none, which is unsafe.',
        { variable: 'JENKINS_VERIFY' },
      ),
      scrape: option.text('Job with parameters that scrapes what the agent could not.', { variable: 'JENKINS_JOB' }),
      token: option.text('Token that starts the job.', { variable: 'JENKINS_TOKEN', ...secret }),
    },
  },
  ldap: {
    description: 'The LDAP server that knows the members of a project, and the users of the controller.',
    options: {
      server: option.ldapUrl('URL, with port where needed.', { variable: 'LDAP_SERVER' }),
      start_tls: option.flag('Any value but a falsy one: a connection to ldap:// is encrypted before the login.', {
        variable: 'LDAP_START_TLS',
      }),
      cert: option.text(
        'Path of the certificates (PEM) that the server must show or be signed by. Falsy: those of the system.',
        { variable: 'LDAP_CERT' },
      ),
      root_dn: option.text('DN below which is searched.', { variable: 'LDAP_ROOT_DN' }),
      search_filter: option.text('Filter that finds a user; `{}` in it stands for the login name.', {
        variable: 'LDAP_SEARCH_FILTER',
      }),
      manager_dn: option.text('DN of the account that searches.', { variable: 'LDAP_MANAGER_DN' }),
      manager_password: option.text('Password of that account.', { variable: 'LDAP_MANAGER_PASSWORD', ...secret }),
      group_dn: option.text('Filter of the group whose members may log in.', { variable: 'LDAP_GROUP_DN' }),
      group_attr: option.text('Attribute of a group that lists the login names of its members.', {
        variable: 'LDAP_GROUP_ATTR',
      }),
      display_name: option.text('Attribute of a user that holds the name to show.', { variable: 'LDAP_DISPLAY_NAME' }),
    },
  },
  deploy: {
    description: 'The deployment application of an original installation.',
    options: {
      auth: option.choice(
        'open',
        'pwd',
        'spwd',
        'ldap',
      )('Who may log in: everybody (open), users of the machine (pwd, spwd) or of LDAP (ldap).', {
        variable: 'DEPLOYER_AUTH',
      }),
    },
  },
};
