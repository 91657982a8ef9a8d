import type { OptionDefinition } from './option.js';
import * as option from './option.js';

const secret = { secret: true };

/** The options that a section of `credentials.cfg` can have. A section is named `host` or `host:port`. */
export const credentialOptions: Readonly<Record<string, OptionDefinition>> = {
  env: option.variableName(
    'Name of the environment variable that holds the path of the SSH key. With it, Git repositories are always fetched over SSH.',
    { variable: 'SOURCE_CREDENTIALS_ENV' },
  ),
  username: option.text('User name.', { variable: 'SOURCE_USERNAME' }),
  'username.ssh': option.text('User name over SSH, in place of `username`, such as `git`.'),
  'username.http': option.text('User name over http and https, in place of `username`.'),
  password: option.text('Password over http and https; not used over SSH.', {
    variable: 'SOURCE_PASSWORD',
    ...secret,
  }),
  port: option.port('Port in place of the one in the URLs of the source.', { variable: 'SOURCE_PORT' }),
  protocol: option.protocol('Protocol of the web API, where it differs from the one in the URLs of the source.', {
    variable: 'SOURCE_PROTOCOL',
  }),
  web_port: option.port('Port of the web API of an Azure DevOps Server, where its URLs do not have it.', {
    variable: 'SOURCE_WEB_PORT',
  }),
  github_api_url: option.webUrl('URL of the API of GitHub. Falsy: the usual one of the host.', {
    variable: 'SOURCE_GITHUB_API',
  }),
  github_token: option.text('Token for the API of GitHub.', { variable: 'SOURCE_GITHUB_TOKEN', ...secret }),
  github_bots: option.text('Login names at GitHub, separated by commas, whose comments are left out.', {
    variable: 'SOURCE_GITHUB_BOTS',
  }),
  gitlab_token: option.text('Token for the API of GitLab.', { variable: 'SOURCE_GITLAB_TOKEN', ...secret }),
  has_commit_comments: option.flag('Any value but a falsy one: comments on commits at GitLab are gathered.'),
  tfs: option.text(
    'The host is an Azure DevOps Server: its collection, which starts with `tfs/`, or any other value to find it out.',
    { variable: 'SOURCE_TFS' },
  ),
  tfs_token: option.text('Personal access token of Azure DevOps, in place of a password.', secret),
  group: option.text('Path of the group at GitLab whose repositories are gathered.', {
    variable: 'SOURCE_GITLAB_GROUP',
  }),
  from_date: option.date('Commits authored before this date are left out. An option `tag` overrides it.', {
    variable: 'SOURCE_FROM_DATE',
  }),
  tag: option.text('Only commits that lead to this tag are gathered, in repositories that have it.', {
    variable: 'SOURCE_TAG',
  }),
  strip: option.text('Start of the path that is left out where an http or https URL becomes an SSH URL.', {
    variable: 'SOURCE_STRIP',
  }),
  unsafe_hosts: option.flag('Any value but a falsy one: certificate and SSH host key are not verified.', {
    variable: 'SOURCE_UNSAFE',
  }),
  share_ssh: option.flag(
    'Any value but a falsy one: the repositories of the host share one SSH connection in a run, in place of one or more each.',
  ),
  verify: option.text('Path of the certificate that a Quality-time or SonarQube server must show.'),
  skip_stats: option.flag('Any value but a falsy one: sizes of commits are not gathered.', {
    variable: 'SOURCE_SKIP_STATS',
  }),
  svn_corrections: option.flag(
    'Any value but a falsy one: no revision of Subversion is exported twice, and binary and empty files have the change type that the log says.',
  ),
  jira_token: option.text('Personal access token of Jira Data Center, in place of user name and password.', secret),
  jira_auth: option.choice(
    'basic',
    'cookie',
  )(
    'How user name and password are proven to Jira: with each request (basic, as by default), or for a session (cookie).',
  ),
  jira_corrections: option.flag(
    'Any value but a falsy one: earlier versions of an issue of Jira have the sprint that they were in, and names of sprints are whole.',
  ),
  agile_rest_path: option.text('Path of the agile API of Jira; `agile` for the public one.'),
  host: option.host(
    'Host, with port where needed, to use in place of this one. Its section must exist, and most of its options are used.',
  ),
};
