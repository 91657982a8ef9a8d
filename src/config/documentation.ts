import { credentialOptions } from './credentials-schema.js';
import type { OptionDefinition } from './option.js';
import { type SectionDefinition, settingsSections } from './settings-schema.js';
import { type Variable, type VariableScope, variables } from './variables.js';

const introduction = `# Configuration

Made by \`npm run docs\` from the schemas in \`src/config\`; do not edit.

\`gatherer config check\` says what is missing or contradictory before anything runs, and \`gatherer config show\` prints
every value in force and where it came from, with secrets masked.

## Where values come from

1. Options on the command line. Every environment variable below has one: \`JIRA_KEY\` is \`--jira-key\`.
2. Environment variables of the process.
3. Environment files: \`preflight_env\` from the controller over \`$GATHERER_HOME/config/env\` over \`$GATHERER_HOME/env\`
   over the file that \`GATHERER_DEFAULTS_FILE\` names. They are read at the start and again before every scrape.
   A secret (marked below) that nothing sets is taken from the file that \`NAME_FILE\` names, such as
   \`SOURCE_PASSWORD_FILE=/run/secrets/source-password\`.
4. \`settings.cfg\` and \`credentials.cfg\`, which hold what the variables of their templates said when they were written.

### Environment files

A line \`NAME=value\` as a shell would accept it: single and double quotes, backslashes, \`export\`, comments, \`$NAME\` and
\`\${NAME}\` for variables of the process and earlier ones, values over several lines. Nothing is ever executed: commands,
\`$(…)\` and backquotes are errors that name file and line. From \`preflight_env\` no variables are taken that steer
programs (\`PATH\`, \`LD_*\`, \`NODE_*\`, \`GIT_*\`, \`SVN_*\`, \`PYTHON*\` and the like).

### Settings and credentials

The syntax is that of Python's \`RawConfigParser\`: sections in brackets, \`option = value\` or \`option: value\`, names of
options in any case, values verbatim (no quotes, no inline comments, no interpolation), deeper indented lines continue a
value, \`#\` and \`;\` start a comment line. A section or an option that stands twice is an error.

The values \`false\`, \`no\`, \`off\`, \`-\`, \`0\` and the empty one mean "not set". Their case counts: \`False\` is a value. A
value that is still as in the template, such as \`$JIRA_SERVER\`, counts as not set too.

Where \`settings.cfg\` or \`credentials.cfg\` does not exist, the variables of its template stand in for it, and
\`gatherer agent\` writes it with mode 600 from \`settings.cfg.example\` or \`credentials.cfg.example\`. As long as nobody
edits what it wrote, the variables go on to count, and it writes the file again when they change. Sections and options whose name is not set are left out then, two sections of the same host become one, and a \`JIRA_KEY\` of several
keys becomes a line for each.`;

const scopes: readonly (readonly [VariableScope, string])[] = [
  ['all commands', 'Variables of all commands'],
  ['agent', 'Variables of the agent'],
  ['pipeline', 'Variables of the pipeline'],
  ['controller', 'Variables of the controller'],
  ['settings.cfg', 'Variables that fill settings.cfg'],
  ['credentials.cfg', 'Variables that fill credentials.cfg'],
];

/** `docs/configuration.md`: every variable, section and option. */
export function configurationPage(): string {
  const parts = [
    introduction,
    ...scopes.map(([scope, title]) => `## ${title}\n\n${variableTable(scope)}`),
    '## settings.cfg',
    ...Object.entries(settingsSections).map(([name, section]) => describeSection(name, section)),
    '## credentials.cfg',
    'A section is named after a host, `host` or `host:port`, as the URLs of sources have it.',
    optionTable(Object.entries(credentialOptions)),
  ];
  return `${parts.join('\n\n')}\n`;
}

function variableTable(scope: VariableScope): string {
  const rows = variables.filter((variable) => variable.scope === scope).map(variableRow);
  return table(['Variable', 'Option', 'Meaning', 'Default'], rows);
}

function variableRow({ name, option, description, default: value, secret }: Variable): readonly string[] {
  const meaning = secret ? `${description}. Secret` : description;
  return [`\`${name}\``, `\`--${option}\``, `${meaning}.`, value === undefined ? '' : `\`${value}\``];
}

function describeSection(name: string, section: SectionDefinition): string {
  const options = Object.entries(section.options);
  const keyed = section.keyed === undefined ? [] : [['*key of a project*', section.keyed] as const];
  const perProject =
    section.perProject === true ? '\n\n`option.KEY` in place of an option is its value for the project KEY.' : '';
  return `### [${name}]\n\n${section.description}${perProject}\n\n${optionTable([...options, ...keyed])}`;
}

function optionTable(options: readonly (readonly [string, OptionDefinition])[]): string {
  const rows = options.map(([name, { description, variable, secret, default: value }]) => [
    name.startsWith('*k') ? name : `\`${name}\``,
    secret === true ? `${description} Secret.` : description,
    value === undefined ? '' : `\`${value}\``,
    variable === undefined ? '' : `\`${variable}\``,
  ]);
  return table(['Option', 'Meaning', 'Default', 'Filled by'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const line = (cells: readonly string[]): string => `| ${cells.filter((_, column) => used[column]).join(' | ')} |`;
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) => line(row.map((cell) => cell.replaceAll('|', '\\|')))),
  ].join('\n');
}
