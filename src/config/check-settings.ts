import { existsSync } from 'node:fs';
import { checkFile } from './check-options.js';
import { type ConfigurationFile, optionsOf, placeOf, setValue } from './configuration-file.js';
import type { Environment } from './environment.js';
import type { IniOption } from './ini.js';
import { error, type Problem, warning } from './problem.js';
import { projectKeySchema } from './project.js';
import { settingDefinition } from './settings.js';
import { settingsSections } from './settings-schema.js';
import { isPlaceholder } from './template.js';

/** What is missing, wrong or contradictory in `settings.cfg`. */
export function checkSettings(environment: Environment): readonly Problem[] {
  const { problems, configuration } = checkFile('settings', environment, settingDefinition);
  if (configuration === undefined) return problems;
  return [
    ...problems,
    ...checkProjects(configuration),
    ...checkKeys(configuration),
    ...checkController(configuration),
    ...checkAccess(configuration),
  ];
}

function namedOptions(configuration: ConfigurationFile, section: string): readonly (readonly [string, IniOption])[] {
  return [...optionsOf(configuration, section)].filter(([name]) => !isPlaceholder(name.toUpperCase()));
}

function setOption(configuration: ConfigurationFile, section: string, option: string): string | undefined {
  return setValue(optionsOf(configuration, section).get(option));
}

function checkProjects(configuration: ConfigurationFile): readonly Problem[] {
  const { file } = configuration;
  const projects = namedOptions(configuration, 'projects');
  if (projects.length === 0) return [error(file, 'section [projects] names no project; add a line "KEY = name"')];
  const networks = new Set(namedOptions(configuration, 'network').map(([name]) => name));
  return projects.flatMap(([name, { line }]) => {
    const key = name.toUpperCase();
    if (!projectKeySchema.safeParse(key).success) {
      return [
        error(placeOf(configuration, line), `"${key}" of section [projects] is not the key of a project: letters only`),
      ];
    }
    if (networks.has(name)) return [];
    return [
      warning(
        placeOf(configuration, line),
        `project ${key} has no networks in section [network]: its agent may call from anywhere`,
      ),
    ];
  });
}

/** Sections by key of project speak of projects that there are. */
function checkKeys(configuration: ConfigurationFile): readonly Problem[] {
  const known = new Set(
    ['projects', 'subprojects'].flatMap((section) => namedOptions(configuration, section).map(([name]) => name)),
  );
  const keyed = Object.entries(settingsSections).filter(
    ([section, { keyed: value }]) => value !== undefined && section !== 'projects',
  );
  return keyed.flatMap(([section, { options }]) =>
    namedOptions(configuration, section).flatMap(([name, option]) => {
      const key = section === 'subprojects' ? (setValue(option)?.toLowerCase() ?? name) : name;
      if (known.has(key) || Object.hasOwn(options, key)) return [];
      return [
        warning(
          placeOf(configuration, option.line),
          `project ${key.toUpperCase()} in section [${section}] is not in section [projects]`,
        ),
      ];
    }),
  );
}

function checkController(configuration: ConfigurationFile): readonly Problem[] {
  const { file } = configuration;
  const problems: Problem[] = [];
  if (setOption(configuration, 'ssh', 'host') === undefined) {
    problems.push(warning(file, 'option "host" of section [ssh] is not set: nothing is sent to a controller'));
  } else if (setOption(configuration, 'ssh', 'username') === undefined) {
    problems.push(
      error(file, 'option "username" of section [ssh] is not set, but "host" is; it is "agent-KEY" in general'),
    );
  }
  for (const [section, option] of [
    ['ssh', 'cert'],
    ['jenkins', 'verify'],
  ] as const) {
    const value = setOption(configuration, section, option);
    const isPath = option === 'cert' || value?.includes('/') === true;
    if (value !== undefined && isPath && !existsSync(value)) {
      problems.push(error(file, `option "${option}" of section [${section}]: there is no file ${value}`));
    }
  }
  return problems;
}

function checkAccess(configuration: ConfigurationFile): readonly Problem[] {
  const access = namedOptions(configuration, 'access').filter(([, option]) => setValue(option) !== undefined);
  if (access.length === 0 || access.some(([name]) => name === '*')) return [];
  return [
    warning(configuration.file, 'section [access] has no option "*": everybody may read the data of all projects'),
  ];
}
