import type { Redactor } from '../log/redactor.js';
import {
  type ConfigurationFile,
  type ConfigurationKind,
  optionsOf,
  placeOf,
  readConfiguration,
} from './configuration-file.js';
import { credentialDefinition } from './credentials.js';
import type { LoadedEnvironment, Origin } from './environment.js';
import type { OptionDefinition } from './option.js';
import { settingDefinition } from './settings.js';
import { isPlaceholder } from './template.js';
import { type Variable, variables } from './variables.js';

/** A value in force, and where it came from. */
export interface EffectiveValue {
  /** `variables`, or the section with its file. */
  readonly group: string;
  readonly name: string;
  /** `***` where it is secret. */
  readonly value: string;
  /** `command line`, `environment`, `file:line` or `default`. */
  readonly origin: string;
}

/**
 * Every value in force, in the order of the documentation and the files.
 *
 * @param redactor knows the secrets of the environment
 * @throws ConfigError where settings or credentials are malformed
 */
export function effectiveConfiguration(environment: LoadedEnvironment, redactor: Redactor): readonly EffectiveValue[] {
  const settings = showFile('settings', environment, settingDefinition);
  const credentials = showFile('credentials', environment, (_, option) => credentialDefinition(option));
  const all = [...variables.flatMap((variable) => showVariable(variable, environment)), ...settings, ...credentials];
  return all.map((value) => ({ ...value, value: redactor.text(value.value) }));
}

function showVariable(variable: Variable, { values, origins }: LoadedEnvironment): readonly EffectiveValue[] {
  const value = values[variable.name];
  const origin = origins.get(variable.name);
  const row = { group: 'variables', name: variable.name };
  if (value !== undefined && origin !== undefined) {
    return [{ ...row, value: hide(value, variable.secret), origin: describe(origin) }];
  }
  return variable.default === undefined ? [] : [{ ...row, value: variable.default, origin: 'default' }];
}

function showFile(
  kind: ConfigurationKind,
  environment: LoadedEnvironment,
  define: (section: string, option: string) => OptionDefinition | undefined,
): readonly EffectiveValue[] {
  const configuration = readConfiguration(kind, environment.values);
  return [...configuration.ini.sections.keys()].flatMap((section) =>
    [...optionsOf(configuration, section)].flatMap(([name, { value, line }]) => {
      // The template has a line for every option.
      if (!configuration.exists && value === '') return [];
      const definition = define(section, name);
      const group = `[${section}] of ${configuration.file}`;
      // What nobody describes may well be a password.
      const secret = definition === undefined ? /pass|token|secret|key/.test(name) : definition.secret === true;
      const origin = originOf(configuration, line, definition, environment);
      if (isPlaceholder(value)) return { group, name, value, origin: `${origin}, as in the template: not set` };
      return { group, name, value: hide(value, secret), origin };
    }),
  );
}

function originOf(
  configuration: ConfigurationFile,
  line: number,
  definition: OptionDefinition | undefined,
  { origins }: LoadedEnvironment,
): string {
  if (configuration.exists) return placeOf(configuration, line);
  const variable = definition?.variable;
  const origin = variable === undefined ? undefined : origins.get(variable);
  return origin === undefined ? 'default' : `${variable} (${describe(origin)})`;
}

function describe(origin: Origin): string {
  return origin.kind === 'file' ? `${origin.file}:${origin.line}` : origin.kind;
}

function hide(value: string, secret: boolean): string {
  return secret && value !== '' ? '***' : value;
}
