import type { Redactor } from '../log/redactor.js';
import {
  type ConfigurationFile,
  expectation,
  optionsOf,
  readConfiguration,
  setValue,
  wrongValue,
} from './configuration-file.js';
import type { Environment } from './environment.js';
import { ConfigError } from './errors.js';
import type { IniOption } from './ini.js';
import type { OptionDefinition } from './option.js';
import { settingsSections } from './settings-schema.js';
import { isPlaceholder } from './template.js';

/** `settings.cfg`, checked against its schema. Falsy values are undefined. */
export interface Settings {
  readonly file: string;
  /** A setting as text, or undefined where it is absent or falsy. Section as written, option in any case. */
  get(section: string, option: string): string | undefined;
  /** The same for one project: `option.KEY` where the section has it, else `option`. */
  getForProject(project: string, section: string, option: string): string | undefined;
  /** All options of a section (`projects`, `network`, ...) in file order, with names in lower case and values as written. */
  section(name: string): ReadonlyMap<string, string>;
  /** Keys of `[projects]`, upper-cased, in file order. */
  readonly projects: readonly string[];
  /** First key of `[projects]`; a ConfigError where there is none. */
  readonly agentKey: string;
}

/** What an option of a section means; undefined where nothing reads it. */
export function settingDefinition(section: string, option: string): OptionDefinition | undefined {
  const definition = Object.hasOwn(settingsSections, section) ? settingsSections[section] : undefined;
  if (definition === undefined) return undefined;
  const [name = option] = definition.perProject === true ? option.split('.', 1) : [option];
  return (Object.hasOwn(definition.options, name) ? definition.options[name] : undefined) ?? definition.keyed;
}

/**
 * Reads `settings.cfg` and checks every option that is set. Values that belong to a project (such as its networks)
 * are left to who uses them, so that a mistake in one project does not stop the others.
 *
 * @throws ConfigError where the file is malformed or a value is wrong
 */
export function loadSettings(environment: Environment, redactor: Redactor): Settings {
  const configuration = readConfiguration('settings', environment);
  for (const section of configuration.ini.sections.keys()) {
    for (const [name, option] of optionsOf(configuration, section))
      checkSetting(configuration, section, name, option, redactor);
  }
  return new IniSettings(configuration);
}

function checkSetting(
  configuration: ConfigurationFile,
  section: string,
  name: string,
  option: IniOption,
  redactor: Redactor,
): void {
  const definition = settingDefinition(section, name);
  const value = setValue(option);
  if (definition === undefined || value === undefined) return;
  if (definition.secret === true) redactor.add(value);
  if (definition === settingsSections[section]?.keyed) return;
  const expected = expectation(definition, value);
  if (expected !== undefined) throw wrongValue(configuration, section, name, option, definition, expected);
}

class IniSettings implements Settings {
  readonly file: string;

  constructor(private readonly configuration: ConfigurationFile) {
    this.file = configuration.file;
  }

  get(section: string, option: string): string | undefined {
    return setValue(this.options(section).get(option.toLowerCase()));
  }

  getForProject(project: string, section: string, option: string): string | undefined {
    const options = this.options(section);
    const name = `${option}.${project}`.toLowerCase();
    return options.has(name) ? setValue(options.get(name)) : this.get(section, option);
  }

  section(name: string): ReadonlyMap<string, string> {
    return new Map([...this.options(name)].map(([option, { value }]) => [option, value]));
  }

  get projects(): readonly string[] {
    return [...this.options('projects').keys()]
      .filter((key) => !isPlaceholder(key.toUpperCase()))
      .map((key) => key.toUpperCase());
  }

  get agentKey(): string {
    const [key] = this.projects;
    if (key === undefined) {
      throw new ConfigError(this.file, 'section [projects] names no project; add a line "KEY = name", or set JIRA_KEY');
    }
    return key;
  }

  private options(name: string): ReadonlyMap<string, IniOption> {
    return optionsOf(this.configuration, name);
  }
}
