import type { Environment } from './environment.js';
import { ConfigError } from './errors.js';
import { isFalsy } from './falsy.js';
import { isGenerated } from './generated-file.js';
import { type IniFile, type IniOption, parseIni } from './ini.js';
import type { OptionDefinition } from './option.js';
import { isPlaceholder, renderTemplate, templateFor } from './template.js';
import { readTextFile } from './text-file.js';

export type ConfigurationKind = 'settings' | 'credentials';

/**
 * `settings.cfg` or `credentials.cfg`, or what its template makes of the environment where the file does not exist, or is
 * as an environment made it.
 */
export interface ConfigurationFile {
  readonly file: string;
  readonly exists: boolean;
  readonly ini: IniFile;
}

const pathVariables = { settings: 'GATHERER_SETTINGS_FILE', credentials: 'GATHERER_CREDENTIALS_FILE' } as const;

/** Path of `settings.cfg` or `credentials.cfg`, by its variable or in the working directory. */
export function configurationPath(kind: ConfigurationKind, environment: Environment): string {
  return environment[pathVariables[kind]] || `${kind}.cfg`;
}

/** @throws ConfigError where the file cannot be read or is malformed */
export function readConfiguration(kind: ConfigurationKind, environment: Environment): ConfigurationFile {
  const file = configurationPath(kind, environment);
  const text = readTextFile(file);
  if (text !== undefined && !isGenerated(text)) return { file, exists: true, ini: parseIni(text, file) };
  const rendered = renderTemplate(templateFor(kind), environment);
  return { file, exists: false, ini: parseIni(rendered, `${file} (made of environment variables)`) };
}

/** The options of a section, with those of `[DEFAULT]` that it does not set itself before its own. */
export function optionsOf({ ini }: ConfigurationFile, section: string): ReadonlyMap<string, IniOption> {
  const own = ini.sections.get(section)?.options;
  return own === undefined ? new Map() : new Map([...ini.defaults, ...own]);
}

/** Where a line of the configuration is to be looked for: there are no lines where there is no file. */
export function placeOf({ file, exists }: ConfigurationFile, line: number): string {
  return exists ? `${file}:${line}` : file;
}

/** The value of an option where it is set: neither absent, nor falsy, nor left as in the template. */
export function setValue(option: IniOption | undefined): string | undefined {
  return option === undefined || isFalsy(option.value) || isPlaceholder(option.value) ? undefined : option.value;
}

/** What was expected of a value, undefined where the value is right. */
export function expectation(definition: OptionDefinition, value: string): string | undefined {
  const { error } = definition.schema.safeParse(value);
  return error?.issues[0]?.message;
}

/** The error about a wrong value. The value of a secret is not in it. */
export function wrongValue(
  configuration: ConfigurationFile,
  section: string,
  name: string,
  option: IniOption,
  definition: OptionDefinition,
  expected: string,
): ConfigError {
  const found = definition.secret === true ? '' : `, not "${option.value}"`;
  const variable = configuration.exists || definition.variable === undefined ? '' : ` (${definition.variable})`;
  const message = `option "${name}" of section [${section}]${variable}: expected ${expected}${found}`;
  return new ConfigError(placeOf(configuration, option.line), message);
}
